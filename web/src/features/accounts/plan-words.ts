/** What is chosen of a plan's people and objectives, in words. */
import type { PlanObjective, PlanPerson } from "@/api/types";

export const INFLUENCES: Record<PlanPerson["influence"], string> = { high: "High", medium: "Medium", low: "Low" };

export const ATTITUDES: Record<PlanPerson["attitude"], string> = {
  supporter: "Supporter",
  neutral: "Neutral",
  sceptic: "Sceptic",
  opponent: "Opponent",
  unknown: "Not known",
};

export const STATES: Record<PlanObjective["state"], string> = {
  planned: "Planned",
  underway: "Under way",
  done: "Done",
  dropped: "Dropped",
};

export const MEASURES: Record<PlanObjective["measure"], string> = {
  none: "Nothing but its status",
  won_amount: "Amount won in the period",
  won_count: "Deals won in the period",
  open_amount: "Amount open, to close by its end",
  open_count: "Open deals, to close by its end",
};

export const isMoney = (measure: PlanObjective["measure"]): boolean => measure.endsWith("_amount");
