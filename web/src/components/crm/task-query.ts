import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export interface TaskFilter {
  assignee_id?: string;
  status?: "open" | "done";
  subject_id?: string;
  due?: "overdue" | "today" | "week";
  "due_date.lte"?: string;
  "due_date.between"?: string;
  limit?: number;
}

export const tasksQuery = (filter: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: ["tasks", "list", filter],
    queryFn: ({ pageParam, signal }) =>
      get("/tasks", { query: { limit: 50, ...filter, cursor: pageParam ?? undefined, count: true }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ["tasks", "detail", id],
    queryFn: ({ signal }) => get("/tasks/{id}", { path: { id }, signal }),
    staleTime: 0,
    retry: false,
  });

export const taskTemplatesQuery = () =>
  queryOptions({
    queryKey: ["task-templates"],
    queryFn: async ({ signal }) => (await get("/task-templates", { signal })).items,
  });
