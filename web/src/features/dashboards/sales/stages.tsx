import { useQuery } from "@tanstack/react-query";
import { Filter } from "lucide-react";
import { useFields } from "@/api/shared";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { Drill } from "./drill";
import { stagesQuery } from "./queries";
import type { Scope } from "./scope";
import { amount, figureOf, shown } from "@/components/crm/analytics-values";

/** The way through the stages: how many deals came, how many went on, how long it took, and what stands there now. */
export function Stages({ scope }: { scope: Scope }) {
  const hidden = useFields("opportunity").hides("amount");
  const query = useQuery(stagesQuery(scope, hidden));
  const rows = query.data?.rows ?? [];
  const most = Math.max(1, ...rows.map((row) => amount(figureOf(row.figures, "entered")) ?? 0));
  return (
    <Card title="Pipeline by stage">
      <ReadFailed query={query} />
      {query.isPending ? (
        <SkeletonRows rows={6} />
      ) : rows.length === 0 ? (
        <Empty icon={Filter} title="No deal entered a stage in this time" />
      ) : (
        <div className="scroll-thin overflow-x-auto" tabIndex={0} role="region" aria-label="Pipeline by stage">
          <table className="w-full min-w-[520px] text-cell">
            <thead>
              <tr className="border-b border-line text-meta text-fg-3">
                <Head>Stage</Head>
                <th scope="col" className="w-2/5 px-2 py-1.5 text-left font-medium">
                  Entered
                </th>
                <Head right>Went further</Head>
                <Head right>Time in stage</Head>
                <Head right>Open now</Head>
                {!hidden && <Head right>Value</Head>}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const name = row.keys[0]?.label ?? "A stage that is gone";
                const of = (measure: Parameters<typeof figureOf>[1]) => figureOf(row.figures, measure);
                const entered = of("entered");
                return (
                  <tr key={row.keys[0]?.key ?? name} className="border-b border-line last:border-b-0">
                    <th scope="row" className="max-w-40 truncate px-4 py-2 text-left font-normal text-fg" title={name}>
                      {name}
                    </th>
                    <td className="px-2 py-2">
                      <span className="flex items-center gap-2">
                        <span aria-hidden className="h-4 flex-1">
                          <span
                            className="block h-full rounded-xs bg-chart-2"
                            style={{ width: `${((amount(entered) ?? 0) / most) * 100}%` }}
                          />
                        </span>
                        <Drill
                          scope={scope}
                          deals={entered?.deals}
                          label={`${name}, entered`}
                          className="w-10 text-right tnum"
                        >
                          {shown(entered)}
                        </Drill>
                      </span>
                    </td>
                    <Cell scope={scope} label={`${name}, went further`} figure={of("stage_conversion")} />
                    <Cell scope={scope} label={`${name}, time in stage`} figure={of("time_in_stage")} />
                    <Cell scope={scope} label={`${name}, open`} figure={of("open_deals")} />
                    {!hidden && <Cell scope={scope} label={`${name}, value`} figure={of("pipeline_value")} />}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

const Head = ({ right = false, children }: { right?: boolean; children: string }) => (
  <th
    scope="col"
    className={`px-2 py-1.5 font-medium whitespace-nowrap first:pl-4 last:pr-4 ${right ? "text-right" : "text-left"}`}
  >
    {children}
  </th>
);

/** A figure of a table, as a link to its deals. */
export function Cell(props: { scope: Scope; label: string; figure: ReturnType<typeof figureOf> }) {
  return (
    <td className="px-2 py-2 text-right whitespace-nowrap text-fg tnum last:pr-4">
      <Drill scope={props.scope} deals={props.figure?.deals} label={props.label}>
        {shown(props.figure)}
      </Drill>
    </td>
  );
}
