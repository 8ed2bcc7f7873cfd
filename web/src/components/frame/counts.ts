import { queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { useMay } from "@/api/shared";
import { countWords, pendingQuery } from "@/components/crm/proposal-query";
import { number } from "@/lib/format";

const tasksWaiting = () =>
  queryOptions({
    queryKey: ["tasks", "count"],
    queryFn: async () =>
      (await get("/tasks", { query: { assignee_id: "me", status: "open", limit: 1, count: true } })).total ?? 0,
    staleTime: 60_000,
  });

/** Requests come without a total: what is beyond the first page is a plus. */
const approvalsWaiting = () =>
  queryOptions({
    queryKey: ["approvals", "count"],
    queryFn: async () => {
      const { items, next_cursor } = await get("/approvals", { query: { filter: "waiting", limit: 50 } });
      return `${number(items.length)}${next_cursor ? "+" : ""}`;
    },
    staleTime: 60_000,
  });

const words = (count: string): string => (count === "0" ? "" : count);

/** What waits for this person, in words for the sidebar and the phone's tabs; "" for nothing. */
export function useCounts(): { tasks: string; approvals: string; proposals: string } {
  const agent = useMay("agent", "use");
  const tasks = useQuery(tasksWaiting()).data ?? 0;
  const approvals = useQuery(approvalsWaiting()).data ?? "0";
  const proposals = useInfiniteQuery({ ...pendingQuery(), select: countWords, enabled: agent }).data ?? "0";
  return { tasks: tasks > 0 ? number(tasks) : "", approvals: words(approvals), proposals: words(proposals) };
}
