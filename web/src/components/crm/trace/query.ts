/** A run as a trace, and the same request tried again. */
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const traceQuery = (id: string, over: boolean) =>
  queryOptions({
    queryKey: ["agent-runs", "trace", id],
    queryFn: ({ signal }) => get("/agent-runs/{id}/trace", { path: { id }, signal }),
    refetchInterval: over ? false : 2000,
  });

export const replaysQuery = (id: string) =>
  queryOptions({
    queryKey: ["agent-runs", "replays", id],
    queryFn: ({ signal }) => get("/agent-runs/{id}/replays", { path: { id }, signal }),
  });

export const replayChoicesQuery = () =>
  queryOptions({
    queryKey: ["replay-choices"],
    queryFn: ({ signal }) => get("/ai/replay-choices", { signal }),
    staleTime: 60_000,
  });
