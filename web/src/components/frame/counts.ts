import { queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { countWords, pendingQuery } from "@/components/crm/proposal-query";
import { number } from "@/lib/format";

const tasksWaiting = () =>
  queryOptions({
    queryKey: ["tasks", "count"],
    queryFn: async () =>
      (await get("/tasks", { query: { assignee_id: "me", status: "open", limit: 1, count: true } })).total ?? 0,
    staleTime: 60_000,
  });

/** What waits for this person, in words for the sidebar and the phone's tabs; "" for nothing. */
export function useCounts(): { tasks: string; approvals: string } {
  const tasks = useQuery(tasksWaiting()).data ?? 0;
  const approvals = useInfiniteQuery({ ...pendingQuery(), select: countWords }).data ?? "0";
  return { tasks: tasks > 0 ? number(tasks) : "", approvals: approvals === "0" ? "" : approvals };
}
