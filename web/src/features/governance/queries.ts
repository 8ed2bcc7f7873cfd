import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const guardrailsQuery = () => queryOptions({ queryKey: ["guardrails"], queryFn: () => get("/guardrails") });

export const toolServersQuery = () =>
  queryOptions({ queryKey: ["tool-servers"], queryFn: async () => (await get("/tool-servers")).items });

export const budgetsQuery = () =>
  queryOptions({ queryKey: ["budgets"], queryFn: () => get("/budgets"), staleTime: 30_000 });

/** Of the last so many days. */
export const usageQuery = (days: number) =>
  queryOptions({
    queryKey: ["ai-usage", days],
    queryFn: () => {
      const from = new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10);
      return get("/ai/usage", { query: { from } });
    },
    staleTime: 30_000,
  });

/** Of the last so many days. */
export const qualityQuery = (days: number) =>
  queryOptions({
    queryKey: ["ai-quality", days],
    queryFn: () => {
      const from = new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10);
      return get("/ai/quality", { query: { from } });
    },
    staleTime: 30_000,
  });

export const alertsQuery = () =>
  queryOptions({ queryKey: ["ai-alerts"], queryFn: () => get("/ai/alerts"), staleTime: 30_000 });

export const promptsQuery = () => queryOptions({ queryKey: ["prompts"], queryFn: () => get("/prompts") });

export interface CallsSearch {
  failed?: boolean | undefined;
}

export const callsQuery = (search: CallsSearch) =>
  infiniteQueryOptions({
    queryKey: ["model-calls", search],
    queryFn: ({ pageParam }) =>
      get("/model-calls", {
        query: {
          limit: 50,
          ...(search.failed === undefined ? {} : { failed: search.failed }),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 10_000,
  });
