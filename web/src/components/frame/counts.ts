import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";

const tasksWaiting = () =>
  queryOptions({
    queryKey: ["tasks", "count"],
    queryFn: async () =>
      (await get("/tasks", { query: { assignee_id: "me", status: "open", limit: 1, count: true } })).total ?? 0,
    staleTime: 60_000,
  });

const proposalsWaiting = () =>
  queryOptions({
    queryKey: ["proposals", "count"],
    queryFn: async () => {
      const page = await get("/proposals", { query: { status: "pending", limit: 100, count: true } });
      return page.total ?? page.items.length;
    },
    staleTime: 60_000,
  });

/** What waits for this person, for the sidebar and the phone's tabs. */
export function useCounts(): { tasks: number; approvals: number } {
  return { tasks: useQuery(tasksWaiting()).data ?? 0, approvals: useQuery(proposalsWaiting()).data ?? 0 };
}
