import { useDraggable } from "@dnd-kit/core";
import { memo, useMemo, useState } from "react";
import type { Opportunity } from "@/api/types";
import { freshOf, useMarks } from "@/components/crm/live/marks";
import { moves } from "@/components/crm/opportunity-cache";
import { personColours } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import { loadable } from "@/lib/loadable";
import type { Place } from "./board-dnd";
import type { CardFields } from "./card-fields";
import type { OnQuick } from "./card-quick";
import { CardWords } from "./card-words";

const QuickMenu = loadable(() => import("./quick-menu").then((m) => m.QuickMenu));
const COARSE = window.matchMedia("(pointer: coarse)").matches;
const CARD = "relative flex flex-col gap-1 rounded-lg border bg-surface px-2.5 py-2";

/** A card in the hand while it is dragged. */
export function CardFace({ o, fields }: { o: Opportunity; fields: CardFields }) {
  return (
    <div className={cn(CARD, "cursor-grabbing border-accent shadow-3")}>
      <CardWords o={o} fields={fields} />
    </div>
  );
}

interface Props {
  o: Opportunity;
  place: Place;
  fields: CardFields;
  /** It waits where it was dropped, for what the gate asks. */
  waiting: boolean;
  fixed: boolean;
  onQuick: OnQuick;
}

export const BoardCard = memo(function BoardCard({ o, place, fields, waiting, fixed, onQuick }: Props) {
  const still = fixed || !o.may.update || waiting;
  const { setNodeRef, setActivatorNodeRef, listeners, isDragging } = useDraggable({
    id: o.id,
    data: { carried: { record: o, place } },
    disabled: still,
  });
  const moved = moves.useOf((all) => all[o.id]);
  const news = freshOf(useMarks(o.id));
  // The menu is there once one is near the card: most are only passed by.
  const [near, setNear] = useState(COARSE);
  const come = () => setNear(true);
  const menu = useMemo(() => near && <QuickMenu o={o} onQuick={onQuick} />, [near, o, onQuick]);
  if (waiting || isDragging) {
    return (
      <div ref={setNodeRef} aria-hidden className="h-[92px] rounded-lg border border-dashed border-line-control" />
    );
  }
  return (
    <div
      ref={setNodeRef}
      {...listeners}
      data-card={o.id}
      onPointerEnter={come}
      onPointerMove={come}
      onFocus={come}
      className={cn(
        CARD,
        "group border-line-strong shadow-1 hover:border-line-control",
        !still && "cursor-grab touch-manipulation select-none",
        moved && "animate-wash",
        news && "transition-colors duration-500",
      )}
      style={news && { background: personColours(news.who.id).background }}
    >
      <CardWords o={o} fields={fields} link={setActivatorNodeRef} menu={menu} />
    </div>
  );
});
