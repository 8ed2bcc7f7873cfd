import { Link } from "@tanstack/react-router";
import { Check, CircleAlert, EllipsisVertical } from "lucide-react";
import type { Subject, SubjectType, Task } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CompanyMark, personColours, PersonMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { date, daysUntil, plural, today } from "@/lib/format";
import { create } from "@/lib/frame";
import { freshOf, useMarks } from "./live/marks";
import { Tag } from "./live/tag";
import { whose } from "./live/words";
import { useSharing } from "./sharing";
import { useTaskEdit } from "./task-edit";
import { TaskMarks } from "./tasks/marks";
import { EditTask } from "./tasks/open-task";

const PAGES = {
  opportunity: "/opportunities/$id",
  account: "/accounts/$id",
  contact: "/contacts/$id",
  lead: "/leads/$id",
} as const;

/** A record by name, as a link to its page when it has one. */
export function SubjectLink({ subject, className }: { subject: Subject; className?: string }) {
  const { id, type, name } = subject;
  const content = (
    <>
      {type === "contact" || type === "lead" ? <PersonMark id={id ?? name} name={name} /> : <CompanyMark name={name} />}
      <span className="truncate">{name}</span>
    </>
  );
  const look = cn("inline-flex min-w-0 items-center gap-1.5", className);
  if (!id || !(type in PAGES)) return <span className={look}>{content}</span>;
  return (
    <Link to={PAGES[type as SubjectType]} params={{ id }} className={cn(look, "hover:underline")}>
      {content}
    </Link>
  );
}

function Due({ task }: { task: Task }) {
  if (!task.due_date) return <span className="text-meta text-fg-3">no date</span>;
  const left = daysUntil(task.due_date);
  if (left < 0 && !task.done) {
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
  choose,
}: {
  task: Task;
  showSubject?: boolean;
  showAssignee?: boolean;
  /** While several are being chosen. */
  choose?: { chosen: boolean; onChoose: (chosen: boolean) => void } | undefined;
}) {
  const { change, drop } = useTaskEdit();
  const edit = () => create({ kind: "edit-task", task });
  const news = freshOf(useMarks(task.id));
  const sharing = useSharing("task", { ...task, name: task.title });
  const { done } = task;
  const toggle = () => change.mutate({ task, body: { done: !done }, said: done ? "Task reopened" : "Task done" });
  return (
    <li
      style={news && { background: personColours(news.who.id).background }}
      className="relative flex min-h-8 items-center gap-2.5 px-4 py-1 transition-colors duration-500 hover:bg-muted max-md:min-h-12"
    >
      {news && (
        <Tag who={news.who} className="top-0 right-14">
          {`${whose(news)}, just now`}
        </Tag>
      )}
      {choose && (
        <Checkbox
          checked={choose.chosen}
          aria-label={`Choose: ${task.title}`}
          onCheckedChange={(chosen) => choose.onChoose(chosen === true)}
        />
      )}
      <button
        type="button"
        role="checkbox"
        aria-checked={done}
        aria-label={`${done ? "Reopen" : "Finish"}: ${task.title}`}
        disabled={change.isPending || !task.may.update}
        onClick={toggle}
        className={cn(
          "relative grid size-4 shrink-0 place-items-center rounded-full border-[1.5px] border-line-control text-on-accent after:absolute after:-inset-2.5 hover:border-accent",
          done && "border-ok bg-ok",
        )}
      >
        {done && <Check className="size-2.5" strokeWidth={3} aria-hidden />}
      </button>
      <span className="flex min-w-0 flex-1 items-center gap-2">
        <button
          type="button"
          disabled={!task.may.update}
          onPointerEnter={EditTask.load}
          onClick={edit}
          title={task.notes ?? task.title}
          className={cn(
            "line-clamp-2 min-w-0 rounded-sm text-left text-cell text-fg enabled:hover:underline md:line-clamp-1",
            done && "text-fg-3 line-through",
          )}
        >
          {task.title}
        </button>
        <TaskMarks task={task} />
      </span>
      {task.priority === "high" && !done && <Badge kind="warn">High</Badge>}
      {showSubject && task.subject && (
        <SubjectLink subject={task.subject} className="max-w-52 text-cell text-fg-3 max-md:hidden" />
      )}
      {showAssignee && <PersonMark id={task.assignee.id} name={task.assignee.name} />}
      <span className="flex min-w-16 shrink-0 justify-end md:w-24">
        <Due task={task} />
      </span>
      <Menu
        align="end"
        trigger={
          <Button variant="quiet" size="iconRow" aria-label={`More for ${task.title}`} className="text-fg-3">
            <EllipsisVertical />
          </Button>
        }
        items={[
          ...(task.may.update
            ? [
                { label: "Edit", run: edit },
                {
                  label: "Due tomorrow",
                  run: () => change.mutate({ task, body: { due_date: today(1) }, said: "Due tomorrow" }),
                },
                {
                  label: "Due in a week",
                  run: () => change.mutate({ task, body: { due_date: today(7) }, said: "Due in a week" }),
                },
              ]
            : []),
          ...sharing.items,
          ...(task.may.delete ? [{ label: "Delete", bad: true, run: () => drop.mutate(task) }] : []),
        ]}
      />
      {sharing.dialog}
    </li>
  );
}
