/** The days of a month's sheet: whole weeks, from the day that weeks begin with here. */
import { localeNow } from "@/lib/format";

export interface Day {
  /** As the API writes it. */
  date: string;
  number: number;
  inMonth: boolean;
}

const iso = (at: Date): string => at.toISOString().slice(0, 10);

/** 0 is Sunday. Monday where the browser does not say. */
function firstWeekday(locale = localeNow() ?? "en-GB"): number {
  const known = new Intl.Locale(locale) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return ((known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1) % 7;
}

/** `month` is `2026-12`. */
export function sheetOf(month: string, first = firstWeekday()): Day[] {
  const [y = 1970, m = 1] = month.split("-").map(Number);
  const start = new Date(Date.UTC(y, m - 1, 1));
  start.setUTCDate(1 - ((start.getUTCDay() - first + 7) % 7));
  const days: Day[] = [];
  for (const at = start; days.length % 7 !== 0 || days.length === 0 || at.getUTCMonth() === m - 1;) {
    days.push({ date: iso(at), number: at.getUTCDate(), inMonth: at.getUTCMonth() === m - 1 });
    at.setUTCDate(at.getUTCDate() + 1);
  }
  return days;
}

/** The month so many months on. */
export function monthOn(month: string, by: number): string {
  const [y = 1970, m = 1] = month.split("-").map(Number);
  return iso(new Date(Date.UTC(y, m - 1 + by, 1))).slice(0, 7);
}

/** The same days, week by week. */
export const weeksOf = (days: Day[]): Day[][] =>
  Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
