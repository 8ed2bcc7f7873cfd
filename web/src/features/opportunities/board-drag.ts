/** What happens with a card from where it is lifted to where it is dropped. */
import type { DragEndEvent, DragMoveEvent, DragStartEvent } from "@dnd-kit/core";
import { useState } from "react";
import type { Board } from "@/api/types";
import type { ListSearch } from "@/components/crm/list/search";
import { announcements, carriedOf, collide, placeId, placeOf, useBoardSensors, type Carried } from "./board-dnd";
import { above, BY_HAND, hold, slot, usePlace } from "./board-hand";
import { GateForm } from "./gate";
import { useDrop } from "./use-drop";
import type { Move } from "./use-move";

const accessibility = { announcements, screenReaderInstructions: { draggable: "Press Space to lift the card." } };

export function useBoardDrag(search: ListSearch, board: Board, move: (m: Move) => void) {
  const [lifted, setLifted] = useState<Carried | null>(null);
  const drop = useDrop(search, board, move);
  const place = usePlace();
  // By stage alone: other columns have cards of many stages, each with an order of its own.
  const byHand = board.sort === BY_HAND && board.by === "stage" && !search.lanes;

  const onDragStart = ({ active }: DragStartEvent) => {
    const carried = carriedOf(active.data.current);
    setLifted(carried ?? null);
    if (byHand && carried) slot.set({ col: carried.place.col.key, below: above(carried.place, carried) });
    GateForm.load();
  };
  const onDragMove = ({ active, over }: DragMoveEvent) => {
    const to = placeOf(over?.data.current);
    const held = active.rect.current.translated;
    if (byHand && to && held) hold(to.col.key, held.top + held.height / 2);
    else if (slot.get()) slot.set(null);
  };
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    const at = slot.get();
    letGo();
    const carried = carriedOf(active.data.current);
    const to = placeOf(over?.data.current);
    if (!carried || !to) return;
    const under = at?.col === to.col.key ? at.below : undefined;
    if (placeId(to) !== placeId(carried.place)) drop(carried, to, under);
    else if (under !== undefined && under !== above(to, carried)) place({ record: carried.record, under });
  };
  const letGo = () => {
    setLifted(null);
    slot.set(null);
  };
  const context = {
    sensors: useBoardSensors(),
    collisionDetection: collide,
    accessibility,
    onDragStart,
    onDragMove,
    onDragCancel: letGo,
    onDragEnd,
  };
  return { lifted, byHand, context };
}
