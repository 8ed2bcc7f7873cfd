import { useDraggable } from "@dnd-kit/core";
import { Link } from "@tanstack/react-router";
import { Calendar, CircleAlert, TriangleAlert } from "lucide-react";
import { memo } from "react";
import type { ForecastCategory, Opportunity } from "@/api/types";
import { PendingBadge } from "@/components/crm/pending-badge";
import { usePendingProposals } from "@/components/crm/pending-proposals";
import { moves } from "@/components/crm/opportunity-cache";
import { PersonMark } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import { ago, date, moneyRound } from "@/lib/format";
import { warning } from "./stage-kind";

const CARD = "relative flex flex-col gap-1 rounded-lg border bg-surface px-2.5 py-2";

/** What the forecast counts on; of other deals a card says nothing. */
const SURE: Partial<Record<ForecastCategory, string>> = { best_case: "Best case", commit: "Commit" };

/** What a card says; also what is in the hand while dragging. */
export function CardFace({ o, lifted = false }: { o: Opportunity; lifted?: boolean }) {
  return (
    <div className={cn(CARD, lifted ? "cursor-grabbing border-accent shadow-3" : "border-line-strong shadow-1")}>
      <CardWords o={o} />
    </div>
  );
}

export function CardWords({ o, link }: { o: Opportunity; link?: (node: HTMLElement | null) => void }) {
  const moved = moves.use()[o.id];
  const found = warning(o);
  const title = o.account?.name ?? o.name;
  return (
    <>
      <span className="flex items-baseline gap-2 text-cell">
        {link ? (
          <Link
            ref={link}
            to="/opportunities/$id"
            params={{ id: o.id }}
            draggable={false}
            aria-roledescription="draggable card"
            className="min-w-0 flex-1 truncate font-medium text-fg outline-none after:absolute after:inset-0 after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {title}
          </Link>
        ) : (
          <span className="min-w-0 flex-1 truncate font-medium text-fg">{title}</span>
        )}
        <span className="font-medium text-fg tnum">{moneyRound(o.amount)}</span>
      </span>
      {o.account && <span className="truncate text-meta text-fg-3">{o.name}</span>}
      {o.next_step && <span className="truncate text-cell text-fg-2">{o.next_step}</span>}
      <span className="mt-0.5 flex min-h-5 items-center gap-1.5 text-meta text-fg-3">
        <PersonMark id={o.owner.id} name={o.owner.name} />
        <span className="sr-only">{o.owner.name}</span>
        <PendingBadge count={usePendingProposals(o.id)} />
        {SURE[o.forecast_category]}
        <span className="ml-auto truncate tnum">
          {moved ? (
            <span className="text-accent-text">
              {moved.name.split(" ")[0]} moved it, {ago(moved.at)}
            </span>
          ) : found ? (
            <span className={cn("inline-flex items-center gap-1", found.late ? "text-bad-text" : "text-warn-text")}>
              {found.late ? (
                <CircleAlert className="size-3" aria-hidden />
              ) : (
                <TriangleAlert className="size-3" aria-hidden />
              )}
              {found.text}
            </span>
          ) : (
            o.close_date && (
              <span className="inline-flex items-center gap-1">
                <Calendar className="size-3" aria-hidden /> {date(o.close_date)}
              </span>
            )
          )}
        </span>
      </span>
    </>
  );
}

export const BoardCard = memo(function BoardCard({ o, waiting }: { o: Opportunity; waiting: boolean }) {
  const { setNodeRef, setActivatorNodeRef, listeners, isDragging } = useDraggable({
    id: o.id,
    data: { record: o },
    disabled: !o.may.update || waiting,
  });
  const moved = moves.use()[o.id];
  if (waiting || isDragging) {
    return (
      <li
        ref={setNodeRef}
        aria-hidden
        className="h-[92px] shrink-0 rounded-lg border border-dashed border-line-control"
      />
    );
  }
  return (
    <li
      ref={setNodeRef}
      {...listeners}
      data-card={o.id}
      className={cn(
        CARD,
        "border-line-strong shadow-1 hover:border-line-control",
        o.may.update && "cursor-grab touch-manipulation select-none",
        moved && "animate-wash",
      )}
    >
      <CardWords o={o} link={setActivatorNodeRef} />
    </li>
  );
});
