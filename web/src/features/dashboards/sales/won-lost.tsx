import { useQuery } from "@tanstack/react-query";
import type { AnalyticsRow } from "@/api/types";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { month } from "@/lib/format";
import { Columns } from "../columns";
import { Drill } from "./drill";
import { monthsQuery } from "./queries";
import { lastMonths, type Scope } from "./scope";
import { amount, figureOf, shown } from "@/components/crm/analytics-values";
import { Cell } from "./stages";

/** Won and lost by the month in which they were closed, and the same as a table. */
export function WonLost({ scope }: { scope: Scope }) {
  const query = useQuery(monthsQuery(scope));
  const rows = new Map((query.data?.rows ?? []).map((row) => [row.keys[0]?.key ?? "", row]));
  const of = (key: string, measure: "won" | "lost" | "win_rate") => figureOf(rows.get(key)?.figures ?? [], measure);
  const count = (key: string, measure: "won" | "lost") => amount(of(key, measure)) ?? 0;
  const months = lastMonths(12);
  return (
    <Card title="Won and lost" aside={<Legend />}>
      <ReadFailed query={query} />
      {query.isPending ? (
        <SkeletonRows rows={6} />
      ) : (
        <>
          <Columns
            items={months.map((key) => ({
              key,
              label: month(key).slice(0, 3),
              spoken: `${month(key)}: ${count(key, "won")} won, ${count(key, "lost")} lost`,
              lower: count(key, "won"),
              upper: count(key, "lost"),
              note: shown(of(key, "win_rate")),
            }))}
          />
          <details className="border-t border-line px-4 py-2 text-cell">
            <summary className="cursor-pointer text-fg-2">As a table</summary>
            <Months scope={scope} months={months} rows={rows} />
          </details>
        </>
      )}
    </Card>
  );
}

const Legend = () => (
  <span className="flex gap-3 text-meta text-fg-2" aria-hidden>
    <span className="flex items-center gap-1.5">
      <span className="size-2.5 rounded-xs bg-chart-1" /> Won
    </span>
    <span className="flex items-center gap-1.5">
      <span className="size-2.5 rounded-xs border border-line-control hatched" /> Lost
    </span>
  </span>
);

function Months({ scope, months, rows }: { scope: Scope; months: string[]; rows: Map<string, AnalyticsRow> }) {
  return (
    <table className="mt-2 w-full">
      <thead>
        <tr className="border-b border-line text-meta text-fg-3">
          {["Month", "Won", "Lost", "Win rate"].map((head, at) => (
            <th
              key={head}
              scope="col"
              className={at === 0 ? "py-1.5 text-left font-medium" : "px-2 py-1.5 text-right font-medium last:pr-4"}
            >
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {months.map((key) => {
          const figures = rows.get(key)?.figures ?? [];
          return (
            <tr key={key} className="border-b border-line last:border-b-0">
              <th scope="row" className="py-2 text-left font-normal text-fg">
                <Drill scope={scope} deals={figureOf(figures, "win_rate")?.deals} label={month(key)}>
                  {month(key)}
                </Drill>
              </th>
              <Cell scope={scope} label={`${month(key)}, won`} figure={figureOf(figures, "won")} />
              <Cell scope={scope} label={`${month(key)}, lost`} figure={figureOf(figures, "lost")} />
              <Cell scope={scope} label={`${month(key)}, win rate`} figure={figureOf(figures, "win_rate")} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
