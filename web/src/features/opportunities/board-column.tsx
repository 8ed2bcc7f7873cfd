import { useDroppable } from "@dnd-kit/core";
import { Gauge, Plus } from "lucide-react";
import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useMay } from "@/api/shared";
import type { Board, BoardColumn as Column, Stage } from "@/api/types";
import { sentence } from "@/api/problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ColourDot } from "@/components/ui/colour";
import { StageRing } from "@/components/ui/stage-ring";
import { failed } from "@/components/ui/toast";
import { cn } from "@/lib/cn";
import { moneyRound, moneyShort, number } from "@/lib/format";
import { create } from "@/lib/frame";
import { useNear } from "@/lib/hooks";
import { BoardCard, CardWords } from "./board-card";
import { GateForm } from "./gate";
import { boardQuery, moreOfColumn } from "./queries";
import type { ListSearch } from "@/components/crm/list/search";
import type { Extra, Gate } from "./use-move";

interface Props {
  column: Column;
  search: ListSearch;
  /** How the board's cards are sorted. */
  sort: string;
  gate: Gate | null;
  busy: boolean;
  /** The stage that the lifted card comes from. */
  lifted: string | null;
  onGateSave: (extra: Extra) => void;
  onPutBack: () => void;
}

export function BoardColumn(props: Props) {
  const { column, gate } = props;
  const { stage } = column;
  const { setNodeRef, isOver } = useDroppable({ id: stage.id, data: { stage } });
  const more = useMore(props.search, props.sort, column);
  const near = useNear(more.load, Boolean(column.next_cursor) && !more.loading);
  const target = isOver && props.lifted !== stage.id;
  return (
    <section
      ref={setNodeRef}
      aria-label={`${stage.name}, ${column.count} opportunities`}
      data-stage={stage.id}
      className={cn(
        "flex min-h-0 min-w-56 flex-1 snap-center flex-col rounded-xl border-[1.5px] border-transparent bg-sunken max-md:min-w-[calc(100vw-32px)]",
        target && "border-accent bg-accent-soft",
      )}
    >
      <ColumnHead column={column} />
      <ul className="flex min-h-0 flex-1 scroll-thin flex-col gap-1.5 overflow-y-auto px-2 pb-2">
        {target && <DropSlot stage={stage} />}
        {gate?.stage.id === stage.id && (
          <li className="flex flex-col gap-1 rounded-lg border border-dashed border-warn bg-surface px-3 py-2 shadow-2">
            <CardWords o={gate.record} />
            <GateForm gate={gate} busy={props.busy} onSave={props.onGateSave} onPutBack={props.onPutBack} />
          </li>
        )}
        {column.items.map((o) => (
          <BoardCard key={o.id} o={o} waiting={gate?.record.id === o.id} />
        ))}
        {column.next_cursor && (
          <li ref={near as unknown as React.Ref<HTMLLIElement>} className="py-2 text-center text-meta text-fg-3">
            {more.loading ? "Loading more" : ""}
          </li>
        )}
      </ul>
    </section>
  );
}

const DropSlot = ({ stage }: { stage: Stage }) => (
  <li
    aria-hidden
    className="grid h-16 shrink-0 place-items-center rounded-lg border border-dashed border-accent text-meta text-accent-text"
  >
    Drop here: {stage.name}, {stage.probability} %
  </li>
);

function ColumnHead({ column }: { column: Column }) {
  const { stage } = column;
  const may = useMay("opportunity", "create") && stage.kind === "open";
  return (
    <header className="px-3 pt-2 pb-2.5">
      <div className="flex h-7 items-center gap-1.5">
        <StageRing kind={stage.kind} probability={stage.probability} />
        {stage.colour && <ColourDot colour={stage.colour} />}
        <h2 className="truncate text-cell font-medium text-fg">{stage.name}</h2>
        <Count column={column} />
        {may && (
          <Button
            variant="quiet"
            size="iconRow"
            aria-label={`New opportunity in ${stage.name}`}
            className="ml-auto text-fg-3"
            onClick={() => create({ kind: "opportunity", stageId: stage.id })}
          >
            <Plus />
          </Button>
        )}
      </div>
      <p className="flex items-baseline justify-between gap-2 text-cell tnum">
        <span className="font-semibold text-fg">{moneyRound(column.sum)}</span>
        {stage.kind === "open" && column.weighted && (
          <span className="truncate text-meta text-fg-3">{moneyShort(column.weighted)} weighted</span>
        )}
      </p>
    </header>
  );
}

/** How many there are; against the limit of a stage that has one. */
function Count({ column: { count, stage } }: { column: Column }) {
  const limit = stage.wip_limit;
  if (limit == null) return <span className="text-cell text-fg-3 tnum">{number(count)}</span>;
  const words = `${number(count)} of ${number(limit)}`;
  if (count <= limit) return <span className="shrink-0 text-cell text-fg-3 tnum">{words}</span>;
  return (
    <Badge kind="warn" title="More deals than this stage should have at once" className="tnum">
      <Gauge aria-hidden /> {words}
    </Badge>
  );
}

/** The rest of a column, as it scrolls. */
function useMore(search: ListSearch, sort: string, column: Column) {
  const client = useQueryClient();
  const [loading, setLoading] = useState(false);
  const load = async () => {
    if (!column.next_cursor || loading) return;
    setLoading(true);
    try {
      const page = await moreOfColumn(search, sort, column.stage.id, column.next_cursor);
      client.setQueryData<Board>(
        boardQuery(search).queryKey,
        (old) =>
          old && {
            ...old,
            columns: old.columns.map((c) => {
              if (c.stage.id !== column.stage.id) return c;
              const known = new Set(c.items.map((o) => o.id));
              return {
                ...c,
                items: [...c.items, ...page.items.filter((o) => !known.has(o.id))],
                next_cursor: page.next_cursor,
              };
            }),
          },
      );
    } catch (error) {
      failed(`The rest of ${column.stage.name} could not be loaded`, sentence(error));
    } finally {
      setLoading(false);
    }
  };
  return { load: () => void load(), loading };
}
