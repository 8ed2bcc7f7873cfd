import { Bell, ListChecks, Lock, Repeat } from "lucide-react";
import type { Task } from "@/api/types";
import { dateTime, plural } from "@/lib/format";
import { repeatWords } from "./repeat";

/** What there is to a task besides its title, in small signs that say what they are. */
export function TaskMarks({ task }: { task: Task }) {
  const steps = task.checklist.length;
  const ticked = task.checklist.filter((item) => item.done).length;
  const waiting = task.blocked_by.filter((need) => !need.done).map((need) => need.title);
  const waits = `Waits for ${waiting.join(", ") || "a task that you may not see"}`;
  return (
    <span className="flex shrink-0 items-center gap-2 text-meta text-fg-3 [&_svg]:size-3.5">
      {task.blocked && !task.done && (
        <span title={waits} className="text-warn-text">
          <Lock role="img" aria-label={waits} />
        </span>
      )}
      {steps > 0 && (
        <span className="flex items-center gap-1 tnum" title={`${ticked} of ${plural(steps, "step")} done`}>
          <ListChecks role="img" aria-label="Steps done:" /> {ticked}/{steps}
        </span>
      )}
      {task.recurrence && (
        <span title={repeatWords(task.recurrence)} className="max-md:hidden">
          <Repeat role="img" aria-label={repeatWords(task.recurrence)} />
        </span>
      )}
      {task.remind_at && !task.done && (
        <span title={`Reminds ${dateTime(task.remind_at)}`} className="max-md:hidden">
          <Bell role="img" aria-label={`Reminds ${dateTime(task.remind_at)}`} />
        </span>
      )}
    </span>
  );
}
