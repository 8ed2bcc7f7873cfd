import { tasksQuery, type TaskFilter } from "@/components/crm/task-query";
import { today } from "@/lib/format";

export const TASK_VIEWS = ["day", "mine", "everyone", "calendar", "done"] as const;
export type TaskView = (typeof TASK_VIEWS)[number];
export type ListedView = Exclude<TaskView, "calendar">;

const filterOf = (view: ListedView): TaskFilter =>
  ({
    day: { assignee_id: "me", status: "open", "due_date.lte": today() } as const,
    mine: { assignee_id: "me", status: "open" } as const,
    everyone: { status: "open" } as const,
    done: { assignee_id: "me", status: "done" } as const,
  })[view];
export const taskViewQuery = (view: ListedView) => tasksQuery(filterOf(view));

/** What is due within a month's sheet; a sheet holds no more of them than fit one page of the server's. */
export const sheetQuery = (from: string, to: string, everyone: boolean) =>
  tasksQuery({ ...(everyone ? {} : { assignee_id: "me" }), "due_date.between": `${from},${to}`, limit: 200 });
