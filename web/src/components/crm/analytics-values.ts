/** How figures read, and how they have changed. */
import type { AnalyticsFigure, AnalyticsMeasure, Money } from "@/api/types";
import { moneyRound, number } from "@/lib/format";

type Valued = Pick<AnalyticsFigure, "unit" | "value">;

/** A figure as a number; null where there is nothing to work it out of. */
export function amount(figure: Valued | undefined): number | null {
  const value: unknown = figure?.value;
  if (typeof value === "number") return value;
  if (typeof value === "string") return Number(value);
  if (value !== null && typeof value === "object" && "amount" in value) return Number((value as Money).amount);
  return null;
}

const tenths = (value: number): string => number(Math.round(value * 10) / 10);

/** "63.6 %", "€2,614", "47 days"; a dash where there is nothing. */
export function shown(figure: Valued | undefined): string {
  const value = amount(figure);
  if (!figure || value === null) return "–";
  switch (figure.unit) {
    case "deals":
      return number(value);
    case "money":
    case "money_per_day":
      return moneyRound(figure.value as Money);
    case "share":
      return `${tenths(value * 100)} %`;
    case "days":
      return `${tenths(value)} ${value === 1 ? "day" : "days"}`;
  }
}

/** More of these is worse. */
const FEWER = new Set<AnalyticsMeasure>(["lost", "lost_value", "cycle_days", "time_in_stage"]);

export interface Change {
  text: string;
  way: "up" | "down";
  good: boolean;
}

/** How it has changed since the period before: shares in points, days in days, the rest in percent. */
export function change(figure: AnalyticsFigure): Change | null {
  const now = amount(figure);
  const before = amount({ unit: figure.unit, value: figure.previous });
  if (now === null || before === null || now === before) return null;
  const way = now > before ? "up" : "down";
  const good = FEWER.has(figure.measure) ? way === "down" : way === "up";
  const by = Math.abs(now - before);
  if (figure.unit === "share") return { text: `${tenths(by * 100)} pt`, way, good };
  if (figure.unit === "days") return { text: shown({ unit: "days", value: String(by) }), way, good };
  if (before === 0) return null;
  return { text: `${tenths((by / before) * 100)} %`, way, good };
}

/** The figure of a measure. */
export const figureOf = (figures: AnalyticsFigure[], measure: AnalyticsMeasure): AnalyticsFigure | undefined =>
  figures.find((f) => f.measure === measure);

export const LABELS: Record<AnalyticsMeasure, string> = {
  open_deals: "Open deals",
  pipeline_value: "Pipeline",
  weighted_pipeline: "Weighted pipeline",
  created: "New deals",
  won: "Won",
  won_value: "Won",
  lost: "Lost",
  lost_value: "Lost",
  win_rate: "Win rate",
  win_rate_value: "Win rate by value",
  average_deal_size: "Average won deal",
  cycle_days: "Sales cycle, median",
  velocity: "Sales velocity",
  entered: "Entered",
  stage_conversion: "Went further",
  time_in_stage: "Time in stage",
};
