import type { AnalyticsReport } from "@/api/types";
import { Card } from "@/components/ui/states";
import { Drill } from "./drill";
import { Since } from "./headline";
import type { Scope } from "./scope";
import { figureOf, LABELS, shown } from "@/components/crm/analytics-values";

const SIGNS = ["", "×", "×", "÷"];

/** What the pipeline brings a day, with each factor of it. */
export function Velocity({ report, scope }: { report: AnalyticsReport; scope: Scope }) {
  const figure = figureOf(report.total, "velocity");
  if (!figure) return null;
  return (
    <Card title="Sales velocity">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3 px-4 py-3">
        <p className="text-title text-fg tnum">
          {shown(figure)} <span className="text-cell font-normal text-fg-3">a day</span> <Since figure={figure} />
        </p>
        <dl className="flex flex-wrap gap-x-5 gap-y-2">
          {figure.of.map((part, at) => (
            <div key={part.measure}>
              <dt className="text-meta text-fg-3">{LABELS[part.measure]}</dt>
              <dd className="text-cell font-medium text-fg tnum">
                {SIGNS[at] && (
                  <span aria-hidden className="mr-1.5 font-normal text-fg-3">
                    {SIGNS[at]}
                  </span>
                )}
                <Drill scope={scope} deals={part.deals} label={LABELS[part.measure]}>
                  {shown(part)}
                </Drill>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Card>
  );
}
