import { ArrowDown, ArrowUp } from "lucide-react";
import type { AnalyticsFigure, AnalyticsMeasure, AnalyticsReport } from "@/api/types";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { Drill } from "./drill";
import type { Scope } from "./scope";
import { amount, change, figureOf, LABELS, shown } from "@/components/crm/analytics-values";

/** First the ones that everybody has; sums only where amounts are not hidden. */
const SHOWN: AnalyticsMeasure[] = ["won_value", "weighted_pipeline", "win_rate", "average_deal_size", "cycle_days"];
const WITHOUT_AMOUNTS: AnalyticsMeasure[] = ["won", "open_deals", "win_rate", "created", "cycle_days"];

/** The numbers that one looks at first, each against the period before. */
export function Headline({ report, scope }: { report: AnalyticsReport; scope: Scope }) {
  const hidden = !figureOf(report.total, "won_value");
  const figures = (hidden ? WITHOUT_AMOUNTS : SHOWN).flatMap((m) => figureOf(report.total, m) ?? []);
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-5">
      {figures.map((figure) => (
        <div key={figure.measure} className="rounded-xl border border-line-strong bg-surface px-4 py-3">
          <dt className="text-meta text-fg-3">{LABELS[figure.measure]}</dt>
          <dd className="text-title text-fg tnum">
            <Drill scope={scope} deals={figure.deals} label={LABELS[figure.measure]}>
              {shown(figure)}
            </Drill>
          </dd>
          <dd className="flex flex-wrap items-center gap-x-1.5 text-meta text-fg-3">
            <Since figure={figure} />
            <span>{note(figure, report)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** How it has changed: an arrow and a figure; the colour only helps. */
export function Since({ figure }: { figure: AnalyticsFigure }) {
  const since = change(figure);
  if (!since) return null;
  const Arrow = since.way === "up" ? ArrowUp : ArrowDown;
  return (
    <span
      className={cn(
        "inline-flex items-center gap-0.5 text-meta font-normal tnum",
        since.good ? "text-ok-text" : "text-bad-text",
      )}
    >
      <Arrow className="size-3" aria-label={since.way === "up" ? "up by" : "down by"} /> {since.text}
    </span>
  );
}

/** What it is of. */
function note(figure: AnalyticsFigure, report: AnalyticsReport): string {
  const count = (measure: AnalyticsMeasure): number => amount(figureOf(report.total, measure)) ?? 0;
  switch (figure.measure) {
    case "win_rate":
      return `${count("won")} of ${count("won") + count("lost")}`;
    case "weighted_pipeline":
    case "open_deals":
      return figure.value === null ? "known of today only" : `${plural(count("open_deals"), "deal")} open`;
    case "cycle_days":
      return "from creation to winning";
    default:
      return plural(count("won"), "deal") + " won";
  }
}
