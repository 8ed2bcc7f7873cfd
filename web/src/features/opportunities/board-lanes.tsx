/** A board with rows: each is a board of its own, which is read when it comes into sight. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, type KeyboardEvent } from "react";
import type { Board } from "@/api/types";
import { colsOf, type Col } from "@/components/crm/board-model";
import { PersonMark } from "@/components/ui/marks";
import { SkeletonRows } from "@/components/ui/states";
import { moneyRound, moneyShort, number, plural } from "@/lib/format";
import { useInSight, useStored } from "@/lib/hooks";
import { BoardColumn, type ColumnProps } from "./board-column";
import { placeIn, type Place } from "./board-dnd";
import { ColumnHead } from "./board-head";
import { boardQuery, lanesQuery } from "./queries";
import type { Gate } from "./use-move";

type Shared = Omit<ColumnProps, "place" | "fixed" | "gate" | "home">;
interface Props extends Shared {
  /** All of it: its columns' heads. */
  board: Board;
  by: string;
  home: Place | null;
  gateAt: (col: string, lane: string | null, ids: string[]) => Gate | null;
  onKeyDown: (event: KeyboardEvent) => void;
}

const NONE: string[] = [];

export function BoardLanes(props: Props) {
  const { board, by, search } = props;
  const { data: heads } = useSuspenseQuery(lanesQuery(search, by));
  const [folded, setFolded] = useStored<Record<string, string[]>>("dw.board.folded", {});
  const shut = folded[by] ?? NONE;
  const lanes = useMemo(() => colsOf(heads), [heads]);
  const shown = lanes.filter((l) => l.count > 0 || (heads.settable && !l.retired));
  const toggle = (key: string) =>
    setFolded({ ...folded, [by]: shut.includes(key) ? shut.filter((k) => k !== key) : [...shut, key] });
  return (
    <div
      data-board
      data-scroll-restoration-id="board"
      onKeyDown={props.onKeyDown}
      className="min-h-0 flex-1 scroll-thin overflow-auto px-4 pb-3 max-md:snap-x md:px-3"
    >
      <div className="w-max min-w-full">
        <div className="sticky top-0 z-10 flex gap-2 bg-bg">
          {colsOf(board).map((col) => (
            <div
              key={col.key}
              className="min-w-56 flex-1 rounded-xl bg-sunken max-md:min-w-[calc(100vw-32px)] md:max-w-md"
            >
              <ColumnHead col={col} by={search.by} />
            </div>
          ))}
        </div>
        {shown.map((lane) => (
          <LaneRow
            {...props}
            key={lane.key}
            lane={lane}
            fixed={!board.settable && !heads.settable}
            folded={shut.includes(lane.key)}
            onFold={() => toggle(lane.key)}
          />
        ))}
        {heads.groups_left_out > 0 && (
          <p className="py-3 text-meta text-fg-3">
            {plural(heads.groups_left_out, "more row")} with the fewest deals: narrow the board by a filter to see them.
          </p>
        )}
      </div>
    </div>
  );
}

interface LaneProps extends Props {
  lane: Col;
  fixed: boolean;
  folded: boolean;
  onFold: () => void;
}

function LaneRow(props: LaneProps) {
  const { lane, folded, by } = props;
  const { watch, inSight, height } = useInSight();
  const shown = inSight || props.home?.lane?.key === lane.key;
  const Chevron = folded ? ChevronRight : ChevronDown;
  return (
    <section aria-label={`Row ${lane.title}, ${lane.count} open`} data-lane={lane.key}>
      <h3 className="sticky left-0 w-max max-w-[calc(100vw-32px)]">
        <button
          type="button"
          aria-expanded={!folded}
          onClick={props.onFold}
          className="flex min-h-9 max-w-full items-center gap-2 rounded-md pr-2 text-cell hover:bg-muted pointer-coarse:min-h-11"
        >
          <Chevron className="size-4 shrink-0 text-fg-3" aria-hidden />
          {by === "owner_id" && <PersonMark id={lane.key} name={lane.title} />}
          <span className="truncate font-medium text-fg">{lane.title}</span>
          <span className="shrink-0 text-fg-3 tnum">{number(lane.count)}</span>
          {lane.sum && <span className="shrink-0 font-medium text-fg-2 tnum">{moneyRound(lane.sum)}</span>}
          {lane.weighted && (
            <span className="shrink-0 text-meta text-fg-3 tnum">{moneyShort(lane.weighted)} weighted</span>
          )}
        </button>
      </h3>
      {!folded && (
        <div ref={watch}>{shown ? <LaneColumns {...props} /> : <div style={{ height: height || 160 }} />}</div>
      )}
    </section>
  );
}

function LaneColumns(props: LaneProps) {
  const { lane, by, search, home } = props;
  const value = lane.key || null;
  const { data, error } = useQuery(boardQuery(search, { by, value }));
  const places = useMemo((): Place[] => (data ? colsOf(data).map((col) => placeIn(col, lane)) : []), [data, lane]);
  if (error) throw error;
  if (!data)
    return (
      <div className="h-40">
        <SkeletonRows rows={3} />
      </div>
    );
  return (
    <div className="flex gap-2">
      {places.map((place) => (
        <BoardColumn
          key={place.col.key}
          search={search}
          fields={props.fields}
          gated={props.gated}
          busy={props.busy}
          lifted={props.lifted}
          onQuick={props.onQuick}
          onGateSave={props.onGateSave}
          onPutBack={props.onPutBack}
          place={place}
          fixed={props.fixed}
          gate={props.gateAt(
            place.col.key,
            lane.key,
            place.col.items.map((o) => o.id),
          )}
          home={home?.col.key === place.col.key && home.lane?.key === lane.key}
        />
      ))}
    </div>
  );
}
