import { useInfiniteQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { Ref } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { tasksQuery } from "../task-query";

/** Tasks that have to be done first: chosen among the open ones of the same record, or else one's own. */
export function WaitsFor(props: {
  id: string;
  value: Ref[];
  taskId: string | undefined;
  subjectId: string | undefined;
  onChange: (tasks: Ref[]) => void;
}) {
  const { value, onChange } = props;
  const about = props.subjectId ? { subject_id: props.subjectId } : { assignee_id: "me" };
  const query = useInfiniteQuery(tasksQuery({ ...about, status: "open", limit: 200 }));
  const found = query.data?.pages.flatMap((page) => page.items) ?? [];
  const free = found.filter((task) => task.id !== props.taskId && !value.some((chosen) => chosen.id === task.id));
  return (
    <div className="flex flex-col gap-1">
      {value.length > 0 && (
        <ul className="flex flex-col gap-1">
          {value.map((task) => (
            <li key={task.id} className="flex items-center gap-2 text-cell text-fg">
              <span className="min-w-0 flex-1 truncate">{task.name}</span>
              <Button
                variant="quiet"
                size="iconRow"
                aria-label={`No longer wait for ${task.name}`}
                onClick={() => onChange(value.filter((other) => other.id !== task.id))}
              >
                <X />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Combobox
        id={props.id}
        label={<span className="text-fg-3">{value.length > 0 ? "Another task" : "No other task"}</span>}
        value={null}
        busy={query.isLoading}
        empty={props.subjectId ? "No other open task of this record." : "No other open task of yours."}
        choices={free.map((task) => ({ value: task.id, label: task.title, hint: task.subject?.name }))}
        onChange={(id) => {
          const task = free.find((t) => t.id === id);
          if (task) onChange([...value, { id: task.id, name: task.title }]);
        }}
      />
    </div>
  );
}
