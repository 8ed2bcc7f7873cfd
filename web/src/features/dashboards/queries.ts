import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import { today } from "@/lib/format";

export const PERIODS = [
  ["30", "last 30 days"],
  ["90", "last 90 days"],
  ["365", "last 12 months"],
] as const;
type Period = (typeof PERIODS)[number][0];
export const readPeriod = (value: string | undefined): Period => PERIODS.find(([p]) => p === value)?.[0] ?? "90";

/** What the dashboard is asked for: the URL's words. */
export interface Asked {
  period?: string;
  rule?: string;
  team?: string;
}

const filters = (asked: Asked) => ({
  ...(asked.rule ? { rule: asked.rule } : {}),
  ...(asked.team ? { team: asked.team } : {}),
});

export const adherenceQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ["sla-adherence", asked],
    queryFn: () =>
      get("/sla/adherence", {
        query: { from: today(-Number(readPeriod(asked.period))), to: today(), ...filters(asked) },
      }),
  });

export const breachesQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ["sla-breaches", asked.rule, asked.team],
    queryFn: async () =>
      (await get("/sla/timers", { query: { state: "breached", limit: 20, ...filters(asked) } })).items,
  });

/** What the page shows at first. */
export const dashboardQueries = (client: QueryClient, asked: Asked) =>
  Promise.all([
    client.query({ ...adherenceQuery(asked), staleTime: "static" }),
    client.query({ ...breachesQuery(asked), staleTime: "static" }),
  ]);
