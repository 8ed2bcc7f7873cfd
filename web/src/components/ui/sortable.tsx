/** A list whose order a person sets: by mouse, by touch, and by keyboard (Space lifts, arrows move, Space drops). */
import {
  closestCenter,
  DndContext,
  KeyboardCode,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
  type DragEndEvent,
  type KeyboardCoordinateGetter,
} from "@dnd-kit/core";
import { GripVertical } from "lucide-react";
import { useId, useRef, type ReactNode } from "react";
import { cn } from "@/lib/cn";

interface Item {
  id: string;
  name: string;
}

/** Up and down put the row over the next one. */
const step: KeyboardCoordinateGetter = (event, { context }) => {
  const turn = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
  if (turn === 0) return undefined;
  event.preventDefault();
  const rows = [...context.droppableRects].sort((a, b) => a[1].top - b[1].top);
  const at = rows.findIndex(([id]) => id === (context.over?.id ?? context.active?.id));
  const next = rows[at + turn]?.[1];
  return next ? { x: next.left, y: next.top } : undefined;
};

const KEYS = {
  start: [KeyboardCode.Space],
  cancel: [KeyboardCode.Esc],
  end: [KeyboardCode.Space, KeyboardCode.Enter],
};

export function SortableList<T extends Item>(props: {
  label: string;
  items: T[];
  disabled?: boolean;
  /** The whole new order. */
  onOrder: (ids: string[]) => void;
  row: (item: T) => ReactNode;
}) {
  const { items } = props;
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 180, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: step, keyboardCodes: KEYS }),
  );
  // A row lies over its own place as it is lifted: that is not said before it has moved.
  const moved = useRef(false);
  const nameOf = (id: unknown) => items.find((i) => i.id === id)?.name ?? "it";
  const placeOf = (id: unknown) => items.findIndex((i) => i.id === id) + 1;
  const drop = ({ active, over }: DragEndEvent) => {
    if (!over || over.id === active.id) return;
    const ids = items.map((i) => i.id).filter((id) => id !== active.id);
    ids.splice(placeOf(over.id) - 1, 0, String(active.id));
    props.onOrder(ids);
  };
  return (
    <DndContext
      id={useId()}
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={drop}
      accessibility={{
        screenReaderInstructions: { draggable: "Press Space to lift the row, up and down to move it." },
        announcements: {
          onDragStart: ({ active }) => {
            moved.current = false;
            return `Lifted ${nameOf(active.id)}, place ${placeOf(active.id)} of ${items.length}.`;
          },
          onDragOver: ({ active, over }) => {
            if (over?.id === active.id && !moved.current) return undefined;
            moved.current = true;
            return over ? `Over place ${placeOf(over.id)}.` : "Over no place.";
          },
          onDragEnd: ({ active, over }) => `Dropped ${nameOf(active.id)} at place ${placeOf(over?.id)}.`,
          onDragCancel: ({ active }) => `${nameOf(active.id)} was put back.`,
        },
      }}
    >
      <ol aria-label={props.label}>
        {items.map((item, index) => (
          <SortableRow key={item.id} item={item} index={index} items={items} disabled={props.disabled ?? false}>
            {props.row(item)}
          </SortableRow>
        ))}
      </ol>
    </DndContext>
  );
}

function SortableRow(props: { item: Item; index: number; items: Item[]; disabled: boolean; children: ReactNode }) {
  const { item, disabled } = props;
  const { setNodeRef, setActivatorNodeRef, listeners, attributes, transform, isDragging } = useDraggable({
    id: item.id,
    disabled,
  });
  const { setNodeRef: setDropRef, isOver, active } = useDroppable({ id: item.id, disabled });
  const from = props.items.findIndex((i) => i.id === active?.id);
  const target = isOver && active !== null && active.id !== item.id;
  return (
    <li
      ref={(node) => {
        setNodeRef(node);
        setDropRef(node);
      }}
      style={transform ? { transform: `translateY(${transform.y}px)` } : undefined}
      className={cn(
        "relative flex min-h-10 items-center gap-1 border-b border-line bg-surface pr-2 pl-1 text-cell last:border-b-0",
        isDragging && "z-10 rounded-lg border border-accent shadow-3",
        target && "before:absolute before:inset-x-0 before:h-0.5 before:bg-accent",
        target && (from < props.index ? "before:-bottom-px" : "before:-top-px"),
      )}
    >
      {!disabled && (
        <button
          ref={setActivatorNodeRef}
          type="button"
          aria-label={`Move ${item.name}`}
          className="grid size-7 shrink-0 cursor-grab touch-none place-items-center rounded-sm text-fg-3 hover:bg-muted pointer-coarse:size-11"
          {...attributes}
          {...listeners}
        >
          <GripVertical className="size-4" aria-hidden />
        </button>
      )}
      {props.children}
    </li>
  );
}
