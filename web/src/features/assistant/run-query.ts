import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { RunStatus } from "@/api/types";
import { finished } from "./stream";

export interface Asked {
  q?: string;
  status?: RunStatus;
}

/** What was asked, newest first. */
export const runsQuery = (asked: Asked) =>
  infiniteQueryOptions({
    queryKey: ["agent-runs", "list", asked],
    queryFn: ({ pageParam, signal }) =>
      get("/agent-runs", { query: { ...asked, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** One run, read anew while it is still worked on. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["agent-runs", "detail", id],
    queryFn: ({ signal }) => get("/agent-runs/{id}", { path: { id }, signal }),
    refetchInterval: (query) => (query.state.data && !finished(query.state.data.status) ? 2000 : false),
  });
