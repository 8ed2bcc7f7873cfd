import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { AnalyticsMeasure } from "@/api/types";
import { filtersOf, lastMonths, readBy, readPeriod, type Scope } from "./scope";

/** Measures that tell amounts, and are not asked for where amounts are hidden. */
const OF_AMOUNTS: AnalyticsMeasure[] = ["won_value", "lost_value", "pipeline_value", "average_deal_size"];

export const without = (measures: AnalyticsMeasure[], hidden: boolean): AnalyticsMeasure[] =>
  hidden ? measures.filter((m) => !OF_AMOUNTS.includes(m)) : measures;

/** The figures that one looks at first: all that one may see. */
export const figuresQuery = (scope: Scope) =>
  queryOptions({
    queryKey: ["opportunities", "analytics", "total", readPeriod(scope.period), filtersOf(scope)],
    queryFn: ({ signal }) =>
      get("/analytics", {
        query: { ...filtersOf(scope), period: readPeriod(scope.period), compare: "previous" },
        signal,
      }),
  });

const grouped = (key: string, scope: Scope, query: Record<string, string>) =>
  queryOptions({
    queryKey: ["opportunities", "analytics", key, query, filtersOf(scope)],
    queryFn: ({ signal }) => get("/analytics", { query: { ...filtersOf(scope), ...query }, signal }),
  });

export const stagesQuery = (scope: Scope, hidden: boolean) =>
  grouped("stages", scope, {
    period: readPeriod(scope.period),
    group_by: "stage",
    measures: [
      "entered",
      "stage_conversion",
      "time_in_stage",
      "open_deals",
      ...without(["pipeline_value"], hidden),
    ].join(),
  });

/** The last twelve months, whatever the period. */
export const monthsQuery = (scope: Scope) => {
  const [first = ""] = lastMonths(12);
  return grouped("months", scope, { from: `${first}-01`, group_by: "month", measures: "won,lost,win_rate" });
};

export const partsQuery = (scope: Scope, hidden: boolean) =>
  grouped("parts", scope, {
    period: readPeriod(scope.period),
    group_by: readBy(scope.by),
    measures: without(["won_value", "won", "win_rate", "average_deal_size", "pipeline_value"], hidden).join(),
    limit: "50",
  });

/** What the page shows at first. */
export const salesQueries = (client: QueryClient, scope: Scope) =>
  client.query({ ...figuresQuery(scope), staleTime: "static" });
