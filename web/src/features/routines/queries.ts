import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { RoutineKind } from "@/api/types";

export const routinesQuery = () =>
  queryOptions({
    queryKey: ["routines", "list"],
    queryFn: async ({ signal }) => (await get("/routines", { signal })).items,
  });

/** Runs of a routine, the newest first. */
export const runsQuery = (kind: RoutineKind) =>
  infiniteQueryOptions({
    queryKey: ["routines", "runs", kind],
    queryFn: ({ pageParam, signal }) =>
      get("/routines/{kind}/runs", { path: { kind }, query: { limit: 20, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
