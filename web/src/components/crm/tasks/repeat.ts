/** How a task comes round: the rules that the form offers, and any rule in words. */
import { date, plural } from "@/lib/format";

export const REPEATS = [
  ["", "Does not repeat"],
  ["FREQ=DAILY", "Every day"],
  ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every working day"],
  ["FREQ=WEEKLY", "Every week"],
  ["FREQ=WEEKLY;INTERVAL=2", "Every two weeks"],
  ["FREQ=MONTHLY", "Every month"],
  ["FREQ=MONTHLY;BYMONTHDAY=-1", "On the last day of every month"],
  ["FREQ=MONTHLY;INTERVAL=3", "Every three months"],
  ["FREQ=YEARLY", "Every year"],
] as const;

const UNITS: Record<string, string> = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" };
const DAYS: Record<string, string> = {
  MO: "Monday",
  TU: "Tuesday",
  WE: "Wednesday",
  TH: "Thursday",
  FR: "Friday",
  SA: "Saturday",
  SU: "Sunday",
};
const PLACES: Record<string, string> = { "1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last" };

function dayWords(part: string): string | null {
  const found = /^([+-]?\d+)?(MO|TU|WE|TH|FR|SA|SU)$/.exec(part);
  const day = found?.[2] && DAYS[found[2]];
  if (!day) return null;
  if (!found[1]) return day;
  const place = PLACES[found[1].replace("+", "")];
  return place ? `the ${place} ${day}` : null;
}

/** A rule in words; one that the words don't reach, as it stands. */
export function repeatWords(rule: string): string {
  const preset = REPEATS.find(([known]) => known === rule);
  if (preset) return preset[1];
  const parts = new Map(rule.split(";").map((part) => part.split("=", 2) as [string, string | undefined]));
  const take = (name: string) => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const unit = UNITS[take("FREQ") ?? ""];
  const every = Number(take("INTERVAL") ?? 1);
  const days = take("BYDAY")?.split(",").map(dayWords) ?? [];
  const monthDay = take("BYMONTHDAY");
  const [count, until] = [take("COUNT"), take("UNTIL")];
  if (!unit || parts.size > 0 || days.includes(null) || (monthDay && !/^(\d+|-1)$/.test(monthDay))) return rule;
  const words = [every === 1 ? `Every ${unit}` : `Every ${plural(every, unit)}`];
  if (days.length > 0) words.push(`on ${days.join(", ")}`);
  if (monthDay) words.push(monthDay === "-1" ? "on the last day" : `on day ${monthDay}`);
  if (count) words.push(`${count} times`);
  if (until) words.push(`until ${date(until.replace(/^(\d{4})(\d\d)(\d\d).*$/, "$1-$2-$3"))}`);
  return words.join(" ");
}
