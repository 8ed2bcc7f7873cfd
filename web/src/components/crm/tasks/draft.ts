/** A task as its form holds it, and as the server takes it. */
import type { TaskStep, Ref, Task, TaskTemplate } from "@/api/types";
import { today } from "@/lib/format";

export interface TaskDraft {
  title: string;
  notes: string;
  due: string;
  priority: Task["priority"];
  assignee: Ref;
  /** As the server has it; none is empty. */
  remindAt: string;
  recurrence: string;
  checklist: TaskStep[];
  waitsFor: Ref[];
}

/** The server's names of what the form has. */
export const LANDS = {
  title: "title",
  notes: "notes",
  due_date: "due",
  priority: "priority",
  assignee_id: "assignee",
  remind_at: "remindAt",
  recurrence: "recurrence",
  checklist: "checklist",
  blocked_by_ids: "waitsFor",
} as const satisfies Record<string, keyof TaskDraft>;

export const newDraft = (assignee: Ref): TaskDraft => ({
  title: "",
  notes: "",
  due: today(1),
  priority: "normal",
  assignee,
  remindAt: "",
  recurrence: "",
  checklist: [],
  waitsFor: [],
});

export const draftOf = (task: Task): TaskDraft => ({
  title: task.title,
  notes: task.notes ?? "",
  due: task.due_date ?? "",
  priority: task.priority,
  assignee: task.assignee,
  remindAt: task.remind_at ?? "",
  recurrence: task.recurrence ?? "",
  checklist: task.checklist,
  waitsFor: task.blocked_by.map((need) => ({ id: need.id, name: need.title })),
});

/** A day so many days from now; working days alone where the template says so. */
export function dueIn(days: number, workingDays: boolean, now = new Date()): string {
  if (!workingDays) return today(days, now);
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const free = () => at.getDay() === 0 || at.getDay() === 6;
  while (free()) at.setDate(at.getDate() + 1);
  for (let left = days; left > 0;) {
    at.setDate(at.getDate() + 1);
    if (!free()) left -= 1;
  }
  return today(0, at);
}

/** What a template says comes in place of what stands there. */
export const filled = (draft: TaskDraft, template: TaskTemplate): TaskDraft => ({
  ...draft,
  title: template.title,
  notes: template.notes ?? "",
  due: typeof template.due_in_days === "number" ? dueIn(template.due_in_days, template.working_days) : "",
  priority: template.priority,
  recurrence: template.recurrence ?? "",
  checklist: template.checklist,
});

export const bodyOf = (draft: TaskDraft) => ({
  title: draft.title.trim(),
  notes: draft.notes.trim() || null,
  due_date: draft.due || null,
  priority: draft.priority,
  assignee_id: draft.assignee.id,
  remind_at: draft.remindAt || null,
  recurrence: draft.recurrence || null,
  checklist: draft.checklist.filter((item) => item.text.trim() !== ""),
  blocked_by_ids: draft.waitsFor.map((task) => task.id),
});

/** What of a body differs from another. */
export const changedOf = (now: ReturnType<typeof bodyOf>, before: ReturnType<typeof bodyOf>) =>
  Object.fromEntries(
    Object.entries(now).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof before]),
    ),
  );
