/** How cards are dragged over a board: by mouse, by finger, by keyboard, and what is said of it. */
import {
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
  type KeyboardCoordinateGetter,
} from "@dnd-kit/core";
import type { Opportunity } from "@/api/types";
import type { Col } from "@/components/crm/board-model";
import { pass, slot, type Slot } from "./board-hand";

/** A place on the board: a column, in a row where there are rows. */
export interface Place {
  col: Col;
  lane: Col | null;
}
export interface Carried {
  record: Opportunity;
  place: Place;
}

export const carriedOf = (data: unknown) => (data as { carried?: Carried } | undefined)?.carried;
export const placeOf = (data: unknown) => (data as { place?: Place } | undefined)?.place;
const places = new WeakMap<Col, Map<Col | null, Place>>();

/** The place of a column in a row: the same one as long as both are the same. */
export function placeIn(col: Col, lane: Col | null): Place {
  const known = places.get(col) ?? new Map<Col | null, Place>();
  places.set(col, known);
  const place = known.get(lane) ?? { col, lane };
  known.set(lane, place);
  return place;
}

export const placeId = ({ col, lane }: Place): string => `${lane?.key ?? ""}\n${col.key}`;

export const collide: CollisionDetection = (args) => {
  const under = pointerWithin(args);
  return under.length > 0 ? under : rectIntersection(args);
};

const TURNS: Record<string, [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The arrows put the card over the next column, or over the next row, or past the next card where the order is made by hand. */
const step: KeyboardCoordinateGetter = (event, { currentCoordinates, context }) => {
  const turn = TURNS[event.code];
  if (!turn) return undefined;
  event.preventDefault();
  const carried = carriedOf(context.active?.data.current);
  const from = context.droppableRects.get(context.over?.id ?? (carried ? placeId(carried.place) : ""));
  if (!from) return undefined;
  const [dx, dy] = turn;
  const ahead = [...context.droppableRects.values()]
    .filter((r) => (dx === 0 ? Math.abs(r.left - from.left) < 8 : Math.abs(r.top - from.top) < 8))
    .filter((r) => (r.left - from.left) * dx > 8 || (r.top - from.top) * dy > 8)
    .sort((a, b) => (a.left - b.left) * dx + (a.top - b.top) * dy);
  const next = ahead[0];
  const at = slot.get();
  const held = context.collisionRect;
  if (!next && dx === 0 && at && held) {
    const far = pass(at.col, held.top + held.height / 2, dy > 0);
    return far === null ? undefined : { x: currentCoordinates.x, y: currentCoordinates.y + far };
  }
  if (!next) return undefined;
  const y = dy === 0 ? currentCoordinates.y : next.top;
  return { x: next.left + 8, y: Math.max(next.top + 8, Math.min(y, next.bottom - 100)) };
};

const KEYS = {
  start: [KeyboardCode.Space],
  cancel: [KeyboardCode.Esc],
  end: [KeyboardCode.Space, KeyboardCode.Enter],
};

export const useBoardSensors = () =>
  useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: step, keyboardCodes: KEYS }),
  );

const named = ({ col, lane }: Place): string =>
  `${col.title}${col.stage ? `, ${col.stage.probability} percent` : ""}${lane ? `, in ${lane.title}` : ""}`;

/** The place that was told last. */
let told: Slot | null = null;

export const announcements: Announcements = {
  onDragStart: ({ active }) => {
    const carried = carriedOf(active.data.current);
    if (!carried) return undefined;
    told = slot.get();
    const rows = carried.place.lane
      ? " Up and down move it to another row."
      : told
        ? " Up and down move it within its column."
        : "";
    return `Lifted ${carried.record.name}, in ${carried.place.col.title}. Left and right move it, Space drops it, Escape puts it back.${rows}`;
  },
  // Of an order made by hand: which card it would come below.
  onDragMove: ({ over }) => {
    const now = slot.get();
    if (!now || now === told) return undefined;
    told = now;
    const under = placeOf(over?.data.current)?.col.items.find((o) => o.id === now.below);
    return under ? `Below ${under.name}.` : "On top.";
  },
  onDragOver: ({ over }) => {
    const place = placeOf(over?.data.current);
    return place ? `Over ${named(place)}.` : "Over no column.";
  },
  onDragEnd: ({ active, over }) => {
    const carried = carriedOf(active.data.current);
    const place = placeOf(over?.data.current);
    if (!carried) return undefined;
    return place && placeId(place) !== placeId(carried.place)
      ? `Dropped ${carried.record.name} in ${place.col.title}${place.lane ? `, ${place.lane.title}` : ""}.`
      : `${carried.record.name} stays in ${carried.place.col.title}.`;
  },
  onDragCancel: ({ active }) => `${carriedOf(active.data.current)?.record.name ?? "The card"} was put back.`,
};
