import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { RunStatus } from "@/api/types";
import { finished } from "./stream";
import { STATUSES } from "./words";

export interface Asked {
  q?: string;
  status?: RunStatus;
}

/** Out of the address; what can't be asked for is left out. */
export function readAsked(search: { q?: string; status?: string }): Asked {
  const q = typeof search.q === "string" ? search.q.trim().slice(0, 200) : "";
  const status = STATUSES.find((s) => s === search.status);
  return { ...(q ? { q } : {}), ...(status ? { status } : {}) };
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
