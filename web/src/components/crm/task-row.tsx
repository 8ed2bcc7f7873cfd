import { Link } from "@tanstack/react-router";
import { Check, CircleAlert, EllipsisVertical } from "lucide-react";
import type { Subject, Task } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CompanyMark, PersonMark } from "@/components/ui/marks";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { date, daysUntil, plural, today } from "@/lib/format";
import { useTaskEdit } from "./task-edit";

/** A record by name, as a link to its page. */
export function SubjectLink({ subject, className }: { subject: Subject; className?: string }) {
  const to =
    subject.type === "account" ? "/accounts/$id" : subject.type === "contact" ? "/contacts/$id" : "/opportunities/$id";
  return (
    <Link
      to={to}
      params={{ id: subject.id }}
      className={cn("inline-flex min-w-0 items-center gap-1.5 hover:underline", className)}
    >
      {subject.type === "contact" ? (
        <PersonMark id={subject.id} name={subject.name} />
      ) : (
        <CompanyMark name={subject.name} />
      )}
      <span className="truncate">{subject.name}</span>
    </Link>
  );
}

function Due({ task }: { task: Task }) {
  if (!task.due_date) return <span className="text-meta text-fg-3">no date</span>;
  const left = daysUntil(task.due_date);
  if (left < 0 && !task.done_at) {
    return (
      <span className="inline-flex items-center gap-1 text-meta text-bad-text">
        <CircleAlert className="size-3" aria-hidden /> {plural(-left, "day")} late
      </span>
    );
  }
  return (
    <span className="text-meta text-fg-3 tnum">
      {left === 0 ? "today" : left === 1 ? "tomorrow" : date(task.due_date)}
    </span>
  );
}

export function TaskRow({
  task,
  showSubject = true,
  showAssignee = false,
}: {
  task: Task;
  showSubject?: boolean;
  showAssignee?: boolean;
}) {
  const { change, drop } = useTaskEdit();
  const done = task.done_at !== null;
  const toggle = () => change.mutate({ task, body: { done: !done }, said: done ? "Task reopened" : "Task done" });
  return (
    <li className="flex min-h-8 items-center gap-2.5 px-4 py-1 hover:bg-muted max-md:min-h-12">
      <button
        type="button"
        role="checkbox"
        aria-checked={done}
        aria-label={`${done ? "Reopen" : "Finish"}: ${task.title}`}
        disabled={change.isPending}
        onClick={toggle}
        className={cn(
          "relative grid size-4 shrink-0 place-items-center rounded-full border-[1.5px] border-line-control text-on-accent after:absolute after:-inset-2.5 hover:border-accent",
          done && "border-ok bg-ok",
        )}
      >
        {done && <Check className="size-2.5" strokeWidth={3} aria-hidden />}
      </button>
      <span
        className={cn("min-w-0 flex-1 truncate text-cell text-fg", done && "text-fg-3 line-through")}
        title={task.notes ?? task.title}
      >
        {task.title}
      </span>
      {task.priority === "high" && !done && <Badge kind="warn">High</Badge>}
      {showSubject && task.subject && (
        <SubjectLink subject={task.subject} className="max-w-52 text-cell text-fg-3 max-md:hidden" />
      )}
      {showAssignee && task.assignee && <PersonMark id={task.assignee.id} name={task.assignee.name} />}
      <span className="w-24 shrink-0 text-right">
        <Due task={task} />
      </span>
      <Menu>
        <MenuTrigger asChild>
          <Button variant="quiet" size="iconRow" aria-label={`More for ${task.title}`} className="text-fg-3">
            <EllipsisVertical />
          </Button>
        </MenuTrigger>
        <MenuContent align="end">
          <MenuItem onSelect={() => change.mutate({ task, body: { due_date: today(1) }, said: "Due tomorrow" })}>
            Due tomorrow
          </MenuItem>
          <MenuItem onSelect={() => change.mutate({ task, body: { due_date: today(7) }, said: "Due in a week" })}>
            Due in a week
          </MenuItem>
          <MenuItem className="text-bad-text" onSelect={() => drop.mutate(task)}>
            Delete
          </MenuItem>
        </MenuContent>
      </Menu>
    </li>
  );
}
