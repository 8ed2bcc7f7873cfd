import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import { today } from "@/lib/format";

export const PERIODS = [
  ["30", "last 30 days"],
  ["90", "last 90 days"],
  ["365", "last 12 months"],
] as const;
type Period = (typeof PERIODS)[number][0];
export const readPeriod = (value: string | undefined): Period => PERIODS.find(([p]) => p === value)?.[0] ?? "90";

export const DUE = [
  ["breached", "Overdue"],
  ["due_soon", "Due soon"],
  ["open", "All, by due"],
  ["paused", "Paused"],
] as const;
type Due = (typeof DUE)[number][0];
export const readDue = (value: string | undefined): Due => DUE.find(([d]) => d === value)?.[0] ?? "breached";

export const WHOSE = [
  ["all", "Everybody's"],
  ["me", "Mine"],
] as const;
type Whose = (typeof WHOSE)[number][0];
export const readWhose = (value: string | undefined): Whose => (value === "me" ? "me" : "all");

/** What the dashboard is asked for: the URL's words. */
export interface Asked {
  period?: string;
  due?: string;
  whose?: string;
  rule?: string;
  team?: string;
}

const filters = (asked: Asked) => ({
  ...(asked.rule ? { rule: asked.rule } : {}),
  ...(asked.team ? { team: asked.team } : {}),
});

export const adherenceQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ["sla-adherence", asked.period, asked.rule, asked.team],
    queryFn: () =>
      get("/sla/adherence", {
        query: { from: today(-Number(readPeriod(asked.period))), to: today(), ...filters(asked) },
      }),
  });

/** Clocks that are open, those first that are to be seen to first. */
export const timersQuery = (asked: Asked) => {
  const query = {
    state: readDue(asked.due),
    limit: 20,
    ...filters(asked),
    ...(readWhose(asked.whose) === "me" ? { owner: "me" } : {}),
  };
  return infiniteQueryOptions({
    queryKey: ["sla-timers", query],
    queryFn: ({ pageParam, signal }) =>
      get("/sla/timers", { query: { ...query, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
};

/** What the page shows at first. */
export const dashboardQueries = (client: QueryClient, asked: Asked) =>
  Promise.all([
    client.query({ ...adherenceQuery(asked), staleTime: "static" }),
    client.infiniteQuery({ ...timersQuery(asked), staleTime: "static" }),
  ]);
