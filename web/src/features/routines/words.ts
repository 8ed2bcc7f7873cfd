import type { Routine, RoutineSchedule } from "@/api/types";

export const DAYS = [
  ["mon", "Mon"],
  ["tue", "Tue"],
  ["wed", "Wed"],
  ["thu", "Thu"],
  ["fri", "Fri"],
  ["sat", "Sat"],
  ["sun", "Sun"],
] as const;

/** "Weekdays at 07:00". */
export function scheduleWords({ at, days }: RoutineSchedule): string {
  const named = DAYS.filter(([day]) => days.includes(day)).map(([, label]) => label);
  const week =
    named.length === 7 ? "Every day" : named.join(", ") === "Mon, Tue, Wed, Thu, Fri" ? "Weekdays" : named.join(", ");
  return `${week} at ${at}`;
}

/** Whom it tells. */
export function audienceWords({ audience, audience_names }: Pick<Routine, "audience" | "audience_names">): string {
  if (audience.everyone) return "Everybody";
  return audience_names.map((one) => one.name).join(", ") || "Nobody who is still there";
}

/** What the models cost, in dollars. */
export function costWords({ cost_micros, tokens }: Routine["figures"]): string {
  if (tokens === 0 && cost_micros === 0) return "no model, no cost";
  return `$${(cost_micros / 1_000_000).toFixed(2)}`;
}
