import { tasksQuery, type TaskFilter } from "@/components/crm/task-query";

export const TASK_VIEWS = ["mine", "everyone", "done"] as const;
export type TaskView = (typeof TASK_VIEWS)[number];

const FILTERS: Record<TaskView, TaskFilter> = {
  mine: { assignee_id: "me", status: "open" },
  everyone: { status: "open" },
  done: { assignee_id: "me", status: "done" },
};
export const taskViewQuery = (view: TaskView) => tasksQuery(FILTERS[view]);
