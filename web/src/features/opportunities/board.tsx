import {
  DndContext,
  DragOverlay,
  KeyboardCode,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  rectIntersection,
  TouchSensor,
  useSensor,
  useSensors,
  type Announcements,
  type CollisionDetection,
  type DragEndEvent,
  type KeyboardCoordinateGetter,
} from "@dnd-kit/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Opportunity, Stage } from "@/api/types";
import { GateForm } from "./gate";
import { CardFace } from "./board-card";
import { BoardColumn } from "./board-column";
import { FilterBox } from "@/components/crm/list/filter-box";
import { boardQuery } from "./queries";
import type { ListSearch } from "@/components/crm/list/search";
import { useMove } from "./use-move";
import { PipelinePick } from "./pipeline-pick";
import { ViewBar } from "@/components/crm/list/view-bar";
import { useMay } from "@/api/shared";
import { create } from "@/lib/frame";
import { Layouts } from "./layouts";
import { SPEC } from "./spec";

const recordOf = (data: unknown) => (data as { record?: Opportunity } | undefined)?.record;
const stageOf = (data: unknown) => (data as { stage?: Stage } | undefined)?.stage;

const collide: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length > 0 ? under : rectIntersection(args);
};

/** Left and right put the card over the next column. */
const step: KeyboardCoordinateGetter = (event, { currentCoordinates, context }) => {
  const turn = event.code === "ArrowRight" ? 1 : event.code === "ArrowLeft" ? -1 : 0;
  if (turn === 0) return undefined;
  event.preventDefault();
  const columns = [...context.droppableRects].sort((a, b) => a[1].left - b[1].left);
  const at = columns.findIndex(([id]) => id === (context.over?.id ?? recordOf(context.active?.data.current)?.stage_id));
  const next = columns[at + turn]?.[1];
  return next
    ? { x: next.left + 8, y: Math.max(next.top + 60, Math.min(currentCoordinates.y, next.bottom - 100)) }
    : undefined;
};

const announcements: Announcements = {
  onDragStart: ({ active }) => {
    const card = recordOf(active.data.current);
    return (
      card && `Lifted ${card.name}, in ${card.stage.name}. Left and right move it, Space drops it, Escape puts it back.`
    );
  },
  onDragOver: ({ over }) => {
    const stage = stageOf(over?.data.current);
    return stage ? `Over ${stage.name}, ${stage.probability} percent.` : "Over no stage.";
  },
  onDragEnd: ({ active, over }) => {
    const stage = stageOf(over?.data.current);
    const card = recordOf(active.data.current);
    if (!card) return undefined;
    return stage && stage.id !== card.stage_id
      ? `Dropped ${card.name} in ${stage.name}.`
      : `${card.name} stays in ${card.stage.name}.`;
  },
  onDragCancel: ({ active }) => `${recordOf(active.data.current)?.name ?? "The card"} was put back.`,
};

export function OpportunityBoard({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(boardQuery(search));
  const may = useMay("opportunity", "create");
  const { move, moving, gate, putBack } = useMove();
  const [lifted, setLifted] = useState<Opportunity | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: step,
      keyboardCodes: {
        start: [KeyboardCode.Space],
        cancel: [KeyboardCode.Esc],
        end: [KeyboardCode.Space, KeyboardCode.Enter],
      },
    }),
  );
  const columns = useMemo(() => [...data.columns].sort((a, b) => a.stage.position - b.stage.position), [data.columns]);
  const drop = ({ active, over }: DragEndEvent) => {
    setLifted(null);
    const record = recordOf(active.data.current);
    const stage = stageOf(over?.data.current);
    if (record && stage && stage.id !== record.stage_id) move({ record, stage });
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ViewBar
        spec={SPEC}
        search={search}
        path="/opportunities/board"
        without={["won", "all"]}
        onCreate={may ? () => create({ kind: "opportunity" }) : null}
      >
        <PipelinePick search={search} current={data.pipeline} />
        <Layouts search={search} board />
      </ViewBar>
      <div className="flex shrink-0 px-4 py-2 md:px-5">
        <FilterBox
          spec={SPEC}
          search={search}
          onSearch={(next) => void navigate({ to: "/opportunities/board", search: next, replace: true })}
        />
      </div>
      <DndContext
        sensors={sensors}
        collisionDetection={collide}
        accessibility={{ announcements, screenReaderInstructions: { draggable: "Press Space to lift the card." } }}
        onDragStart={({ active }) => {
          setLifted(recordOf(active.data.current) ?? null);
          GateForm.load();
        }}
        onDragCancel={() => setLifted(null)}
        onDragEnd={drop}
      >
        <div className="flex min-h-0 flex-1 scroll-thin gap-2 overflow-x-auto px-4 pb-3 max-md:snap-x max-md:snap-mandatory md:px-3">
          {columns.map((column) => (
            <BoardColumn
              key={column.stage.id}
              column={column}
              search={search}
              sort={data.sort}
              gate={gate}
              busy={moving}
              lifted={lifted?.stage_id ?? null}
              onGateSave={(extra) => gate && move({ record: gate.record, stage: gate.stage, extra })}
              onPutBack={putBack}
            />
          ))}
        </div>
        <DragOverlay dropAnimation={{ duration: 240, easing: "cubic-bezier(0.2, 0, 0, 1)" }}>
          {lifted && <CardFace o={lifted} lifted />}
        </DragOverlay>
      </DndContext>
    </div>
  );
}
