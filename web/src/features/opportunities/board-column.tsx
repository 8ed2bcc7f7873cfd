import { useDroppable } from "@dnd-kit/core";
import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useState } from "react";
import type { Col } from "@/components/crm/board-model";
import type { ListSearch } from "@/components/crm/list/search";
import { cn } from "@/lib/cn";
import { useInSight } from "@/lib/hooks";
import { BoardCard } from "./board-card";
import { ColumnHead, fullOf } from "./board-head";
import { placeId, type Place } from "./board-dnd";
import { HandLine } from "./hand-line";
import type { CardFields } from "./card-fields";
import type { OnQuick } from "./card-quick";
import { CardWords } from "./card-words";
import { GateForm } from "./gate";
import { landed, type Extra, type Gate } from "./use-move";
import { useMore } from "./use-more";

export interface ColumnProps {
  place: Place;
  search: ListSearch;
  fields: CardFields;
  /** Nothing is set by putting a card elsewhere. */
  fixed: boolean;
  /** The order of its cards is made by hand. */
  byHand?: boolean;
  /** The gate of a card that was dropped here, or that lies here. */
  gate: Gate | null;
  /** Of a card that is in the gate, wherever that is. */
  gated: string | null;
  busy: boolean;
  /** The card that is in the hand, and whether it comes from here. */
  lifted: string | null;
  home: boolean;
  onQuick: OnQuick;
  onGateSave: (extra: Extra) => void;
  onPutBack: () => void;
}

/** A column; in a row it has no head of its own, and is as high as its cards, up to a limit. */
export const BoardColumn = memo(function BoardColumn(props: ColumnProps) {
  const { place, gate } = props;
  const { col, lane } = place;
  const { setNodeRef, isOver } = useDroppable({ id: placeId(place), data: { place } });
  const target = isOver && !props.home;
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const { watch, inSight, height } = useInSight();
  const shown = inSight || props.home;
  const name = lane ? `${lane.title}, ${col.title}` : col.title;
  return (
    <section
      ref={setNodeRef}
      aria-label={`${name}, ${col.count} opportunities`}
      data-stage={col.key}
      className={cn(
        "flex min-h-0 min-w-56 flex-1 snap-center flex-col rounded-xl border-[1.5px] border-transparent bg-sunken max-md:min-w-[calc(100vw-32px)] md:max-w-md",
        lane && "max-h-[26rem] min-h-24",
        target && "border-accent bg-accent-soft",
      )}
    >
      {!lane && <ColumnHead col={col} by={props.search.by} />}
      <div ref={setScroller} className={cn("min-h-0 flex-1 scroll-thin overflow-y-auto px-2 pb-2", lane && "pt-2")}>
        {target && (!props.byHand || fullOf(col)) && <DropSlot col={col} />}
        {gate && (
          <ul className="mb-1.5">
            <li className="flex flex-col gap-1 rounded-lg border border-dashed border-warn bg-surface px-3 py-2 shadow-2">
              <CardWords o={gate.record} fields={props.fields} />
              <GateForm gate={gate} busy={props.busy} onSave={props.onGateSave} onPutBack={props.onPutBack} />
            </li>
          </ul>
        )}
        <div ref={watch} style={shown ? {} : { height }} className="relative min-h-px">
          {shown && <Cards {...props} scroller={scroller} />}
        </div>
      </div>
    </section>
  );
});

const DropSlot = ({ col }: { col: Col }) => (
  <div
    aria-hidden
    className={cn(
      "mb-1.5 grid h-16 place-items-center rounded-lg border border-dashed border-accent px-2 text-center text-meta text-accent-text",
      fullOf(col) && "border-warn text-warn-text",
    )}
  >
    {fullOf(col)
      ? `Drop here: ${col.title} is full`
      : `Drop here: ${col.title}${col.stage ? `, ${col.stage.probability} %` : ""}`}
  </div>
);

const GAP = 6;

/** The cards that are in sight, and a few more; the one in the hand stays, however far one scrolls. */
function Cards(props: ColumnProps & { scroller: HTMLDivElement | null }) {
  const { place, scroller, lifted } = props;
  const { items } = place.col;
  const held = useMemo(() => items.findIndex((o) => o.id === lifted), [items, lifted]);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => 92 + 18 * props.fields.lines.length,
    getItemKey: (i) => items[i]?.id ?? i,
    // A row has many columns, each of few cards.
    overscan: place.lane ? 1 : 4,
    initialRect: { width: 0, height: place.lane ? 400 : 800 },
    gap: GAP,
    rangeExtractor: (range: Range) => {
      const seen = defaultRangeExtractor(range);
      return held < 0 || seen.includes(held) ? seen : [...seen, held].sort((a, b) => a - b);
    },
  });
  const shown = virtual.getVirtualItems();
  const more = useMore(props.search, place);
  const last = shown.at(-1)?.index ?? 0;
  const wants = place.col.next_cursor !== null && last > items.length - 15;
  useEffect(() => {
    if (wants) more.load();
  }, [wants, more]);
  const dropped = landed.use();
  const at = items.findIndex((o) => o.id === dropped);
  useEffect(() => {
    if (at < 0) return;
    virtual.scrollToIndex(at, { align: "auto" });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, where it has landed
  }, [dropped, at >= 0]);
  return (
    <>
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const o = items[item.index];
          return (
            o && (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className="absolute inset-x-0 top-0 contain-layout"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <BoardCard
                  o={o}
                  place={place}
                  fields={props.fields}
                  waiting={props.gated === o.id && props.gate === null}
                  fixed={props.fixed}
                  onQuick={props.onQuick}
                />
              </li>
            )
          );
        })}
      </ul>
      {props.byHand && <HandLine col={place.col} gap={GAP} endOf={(i) => virtual.measurementsCache[i]?.end ?? 0} />}
      {more.loading && <p className="py-2 text-center text-meta text-fg-3">Loading more</p>}
    </>
  );
}
