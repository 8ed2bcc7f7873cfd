import { useDraggable, useDroppable } from "@dnd-kit/core";
import { Check, Plus } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/shared";
import type { Task } from "@/api/types";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import { date, daysUntil } from "@/lib/format";
import { create } from "@/lib/frame";
import type { Day } from "./sheet";

/** As many as a day shows before it is opened. */
const SHOWN = 4;

export function CalendarDay(props: { day: Day; isToday: boolean; tasks: Task[]; showAssignee: boolean }) {
  const { day, tasks } = props;
  const may = useMay("task", "create");
  const [all, setAll] = useState(false);
  const { setNodeRef, isOver } = useDroppable({ id: day.date });
  const shown = all ? tasks : tasks.slice(0, SHOWN);
  const idle = tasks.length === 0 && !props.isToday;
  return (
    <div
      ref={setNodeRef}
      role="gridcell"
      aria-label={`${date(day.date)}, ${tasks.length} due`}
      className={cn(
        "group flex min-h-24 min-w-0 flex-col gap-0.5 border-b border-line p-1 md:border-r md:last:border-r-0",
        !day.inMonth && "bg-muted",
        idle && "max-md:hidden",
        isOver && "bg-accent-soft",
      )}
    >
      <div className="flex items-center justify-between">
        <span
          aria-current={props.isToday ? "date" : undefined}
          className={cn(
            "grid h-5 min-w-5 place-items-center rounded-full px-1 text-meta tnum",
            day.inMonth ? "text-fg-2" : "text-fg-3",
            props.isToday && "bg-accent text-on-accent",
          )}
        >
          <span className="md:hidden">{date(day.date)}</span>
          <span className="max-md:hidden">{day.number}</span>
        </span>
        {may && (
          <Button
            variant="quiet"
            size="iconRow"
            aria-label={`New task on ${date(day.date)}`}
            className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
            onClick={() => create({ kind: "task", due: day.date })}
          >
            <Plus />
          </Button>
        )}
      </div>
      {shown.map((task) => (
        <Entry key={task.id} task={task} showAssignee={props.showAssignee} />
      ))}
      {tasks.length > SHOWN && (
        <button
          type="button"
          className="min-h-6 rounded-sm px-1 text-left text-meta text-fg-3 hover:underline pointer-coarse:min-h-9"
          onClick={() => setAll(!all)}
        >
          {all ? "Fewer" : `${tasks.length - SHOWN} more`}
        </button>
      )}
    </div>
  );
}

function Entry({ task, showAssignee }: { task: Task; showAssignee: boolean }) {
  const { setNodeRef, listeners, transform, isDragging } = useDraggable({
    id: task.id,
    data: task,
    disabled: !task.may.update,
  });
  const late = !task.done && task.due_date !== null && daysUntil(task.due_date ?? "") < 0;
  return (
    <>
      <button
        ref={setNodeRef}
        type="button"
        {...listeners}
        disabled={!task.may.update}
        title={task.subject ? `${task.title} · ${task.subject.name}` : task.title}
        style={transform ? { transform: `translate(${transform.x}px, ${transform.y}px)` } : undefined}
        onClick={() => create({ kind: "edit-task", task })}
        className={cn(
          "flex min-h-6 items-center gap-1 rounded-sm border-l-2 border-accent bg-muted px-1.5 text-left text-meta text-fg enabled:hover:bg-accent-soft pointer-coarse:min-h-9",
          task.priority === "high" && "border-warn",
          late && "border-bad text-bad-text",
          task.done && "border-ok text-fg-3 line-through",
          isDragging && "relative z-10 shadow-3",
        )}
      >
        {task.done && <Check className="size-3 shrink-0" role="img" aria-label="Done:" />}
        {late && <span className="sr-only">Late:</span>}
        <span className="min-w-0 flex-1 truncate">{task.title}</span>
        {showAssignee && <PersonMark id={task.assignee.id} name={task.assignee.name} />}
      </button>
    </>
  );
}
