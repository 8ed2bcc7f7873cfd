import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { today } from "@/lib/format";

export const PERIODS = [
  ["30", "last 30 days"],
  ["90", "last 90 days"],
  ["365", "last 12 months"],
] as const;
export type Period = (typeof PERIODS)[number][0];
export const readPeriod = (value: string): Period => PERIODS.find(([p]) => p === value)?.[0] ?? "90";

/** What the dashboard is asked for: the URL's words. */
export interface Asked {
  period?: Period;
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
      get("/sla/adherence", { query: { from: today(-Number(asked.period ?? "90")), to: today(), ...filters(asked) } }),
  });

export const breachesQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ["sla-breaches", asked.rule, asked.team],
    queryFn: async () =>
      (await get("/sla/timers", { query: { state: "breached", limit: 20, ...filters(asked) } })).items,
  });
