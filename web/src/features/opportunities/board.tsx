import { DndContext, DragOverlay } from "@dnd-kit/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Suspense, useCallback, useMemo } from "react";
import { useMay } from "@/api/shared";
import "@/components/crm/board-cache";
import { colsOf } from "@/components/crm/board-model";
import { ColumnChooser } from "@/components/crm/list/column-chooser";
import { FilterBox } from "@/components/crm/list/filter-box";
import type { ListSearch } from "@/components/crm/list/search";
import { shownOf } from "@/components/crm/list/use-columns";
import { ViewBar } from "@/components/crm/list/view-bar";
import { create } from "@/lib/frame";
import { loadable } from "@/lib/loadable";
import { CardFace } from "./board-card";
import { BoardColumn } from "./board-column";
import { placeIn } from "./board-dnd";
import { useBoardDrag } from "./board-drag";
import { useBoardKeys } from "./board-keys";
import { useCardFields } from "./card-fields";
import { QuickDialog, useQuick } from "./card-quick";
import { DisplayButton } from "./display-button";
import { Layouts } from "./layouts";
import { PipelinePick } from "./pipeline-pick";
import { boardQuery } from "./queries";
import { SPEC } from "./spec";
import { useMove, type Extra } from "./use-move";

const BoardDisplay = loadable(() => import("./board-display").then((m) => m.BoardDisplay));
const BoardLanes = loadable(() => import("./board-lanes").then((m) => m.BoardLanes));

export function OpportunityBoard({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const may = useMay("opportunity", "create");
  const { columns, chosen, fields } = useCardFields(search);
  const { data } = useSuspenseQuery(boardQuery(search));
  const { move, moving, gate, putBack } = useMove();
  const { doing, onQuick, shut } = useQuick();
  const { lifted, byHand, context } = useBoardDrag(search, data, move);
  const cols = useMemo(() => colsOf(data), [data]);
  const places = useMemo(() => cols.map((col) => placeIn(col, null)), [cols]);
  const onKeyDown = useBoardKeys(lifted === null, onQuick);
  /** Where the gate stands: where the card was dropped, or else where it lies. */
  const gateAt = (col: string, lane: string | null, ids: string[]) =>
    gate && (gate.at ? gate.at.col === col && gate.at.lane === lane : ids.includes(gate.record.id)) ? gate : null;
  const onGateSave = useCallback(
    (extra: Extra) => gate && move({ ...gate, extra: { ...gate.said, ...extra } }),
    [gate, move],
  );
  const shared = {
    search,
    fields,
    gated: gate?.record.id ?? null,
    busy: moving,
    lifted: lifted?.record.id ?? null,
    onQuick,
    onGateSave,
    onPutBack: putBack,
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ViewBar
        spec={SPEC}
        search={search}
        path="/opportunities/board"
        without={["won", "all"]}
        columns={{ chosen, shown: shownOf(columns, chosen.shown) }}
        onCreate={may ? () => create({ kind: "opportunity" }) : null}
      >
        <PipelinePick search={search} current={data.pipeline} />
        <Layouts search={search} board />
      </ViewBar>
      <div className="flex shrink-0 items-start gap-2 px-4 py-2 md:px-5">
        <FilterBox
          spec={SPEC}
          search={search}
          onSearch={(next) => void navigate({ to: "/opportunities/board", search: next, replace: true })}
        />
        <BoardDisplay search={search} sort={data.sort} fallback={<DisplayButton />} />
        <ColumnChooser columns={columns} chosen={chosen} label="Card fields" />
      </div>
      <DndContext {...context}>
        {search.lanes ? (
          <BoardLanes
            {...shared}
            board={data}
            by={search.lanes}
            home={lifted?.place ?? null}
            gateAt={gateAt}
            onKeyDown={onKeyDown}
          />
        ) : (
          <div
            onKeyDown={onKeyDown}
            data-board
            data-scroll-restoration-id="board"
            className="flex min-h-0 flex-1 scroll-thin gap-2 overflow-x-auto px-4 pb-3 max-md:snap-x max-md:snap-mandatory md:px-3"
          >
            {places.map((place) => (
              <BoardColumn
                {...shared}
                key={place.col.key}
                place={place}
                fixed={!data.settable}
                byHand={byHand}
                gate={gateAt(
                  place.col.key,
                  null,
                  place.col.items.map((o) => o.id),
                )}
                home={lifted?.place.col.key === place.col.key}
              />
            ))}
          </div>
        )}
        <DragOverlay dropAnimation={{ duration: 240, easing: "cubic-bezier(0.2, 0, 0, 1)" }}>
          {lifted && <CardFace o={lifted.record} fields={fields} />}
        </DragOverlay>
      </DndContext>
      <Suspense>
        {doing && (
          <QuickDialog
            doing={doing}
            onMove={(stage, extra, then) => move({ record: doing.o, stage, extra, then })}
            onClose={shut}
          />
        )}
      </Suspense>
    </div>
  );
}
