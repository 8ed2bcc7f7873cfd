/** Service levels in words. */
import type { SlaDuration, SlaMeasure, SlaTimer } from "@/api/types";
import { dateTime, plural } from "@/lib/format";

export const MEASURES: Record<SlaMeasure, string> = {
  first_response: "First response",
  time_in_stage: "Time in stage",
  next_activity: "Next activity",
};

const UNITS = { minutes: "minute", hours: "hour", days: "day" } as const;

/** "4 hours". */
export const durationWords = (d: SlaDuration): string => plural(d.value, UNITS[d.unit]);

/** How long until then, or since: "3 h 20 min", "2 d 4 h". */
export function span(from: number, to: number): string {
  const minutes = Math.floor(Math.abs(to - from) / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

export type Tone = "neutral" | "warn" | "bad" | "ok" | "outline";

const TONES: Record<SlaTimer["state"], Tone> = {
  running: "neutral",
  warning: "warn",
  paused: "outline",
  breached: "bad",
  met: "ok",
  met_late: "warn",
  ended: "outline",
};
export const toneOf = (timer: SlaTimer): Tone => TONES[timer.state];

const ENDS: Record<string, string> = {
  closed: "Closed before it was due",
  gone: "The record has gone",
  unmatched: "The rule is not for it any more",
  reassigned: "Somebody else has it",
  rule_off: "The rule was switched off",
};

/** How a clock stands: "Due in 3 h 20 min". */
export function timerWords(timer: SlaTimer, now: number): string {
  const due = timer.due_at ? Date.parse(timer.due_at) : null;
  switch (timer.state) {
    case "running":
    case "warning":
      if (due === null) return "Running";
      return due > now ? `Due in ${span(now, due)}` : "Due now";
    case "paused":
      return "Paused";
    case "breached":
      return `Overdue by ${span(Date.parse(timer.breached_at ?? timer.started_at), now)}`;
    case "met":
      return "Done in time";
    case "met_late":
      return "Done late";
    case "ended":
      return ENDS[timer.outcome ?? ""] ?? "Ended";
  }
}

/** When exactly, for a tooltip. */
export function timerHint(timer: SlaTimer): string {
  const parts = [timer.rule.name];
  if (timer.breached_at) parts.push(`was due ${dateTime(timer.breached_at)}`);
  else if (timer.due_at) parts.push(`due ${dateTime(timer.due_at)}`);
  if (timer.place) parts.push(`since it came to ${timer.place.name}`);
  return parts.join(", ");
}

const ACTIONS: Record<string, string> = {
  notify: "people told",
  reassign: "given to another owner",
  task: "task made",
  raise: "raised to the manager",
};
const FATES: Record<string, string> = { done: "", nobody: ": there was nobody", refused: ": refused" };

/** "After the breach: raised to the manager". */
export function stepWords(step: SlaTimer["steps"][number]): string {
  const when = step.moment === "warning" ? "Warning" : step.moment === "breach" ? "Breach" : "After the breach";
  const why = step.outcome === "refused" && step.detail ? ` (${step.detail})` : "";
  return `${when}: ${ACTIONS[step.action] ?? step.action}${FATES[step.outcome] ?? ""}${why}`;
}
