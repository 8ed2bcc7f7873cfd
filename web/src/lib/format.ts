/** Numbers, money, dates and times as the person's locale writes them. */
import type { Money } from "@/api/types";

let locale: string | undefined;
let timeZone: string | undefined;
const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

/** Set once, when it is known who is signed in; an unknown locale falls back to the browser's. */
export function setLocale(user: { locale?: string | null; time_zone?: string | null }): void {
  locale = supported(user.locale);
  timeZone = user.time_zone ?? undefined;
  cache.clear();
}

/** The locale that amounts are typed in. */
export const localeNow = (): string | undefined => locale;

function supported(tag: string | null | undefined): string | undefined {
  if (!tag) return undefined;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0];
  } catch {
    return undefined;
  }
}

function numbers(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const hit = cache.get(key) as Intl.NumberFormat | undefined;
  const made = hit ?? new Intl.NumberFormat(locale, options);
  cache.set(key, made);
  return made;
}

function dates(key: string, options: Intl.DateTimeFormatOptions, utc: boolean): Intl.DateTimeFormat {
  const hit = cache.get(key) as Intl.DateTimeFormat | undefined;
  const made = hit ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: utc ? "UTC" : timeZone });
  cache.set(key, made);
  return made;
}

export function money(value: Money | null | undefined, empty = ""): string {
  if (!value) return empty;
  const format = numbers(`m${value.currency}`, {
    style: "currency",
    currency: value.currency,
    trailingZeroDisplay: "stripIfInteger",
  });
  return format.format(value.amount as Intl.StringNumericLiteral);
}

/** Without the cents: sums and estimates. */
export function moneyRound(value: Money | null | undefined): string {
  if (!value) return "";
  return numbers(`r${value.currency}`, {
    style: "currency",
    currency: value.currency,
    maximumFractionDigits: 0,
  }).format(value.amount as Intl.StringNumericLiteral);
}

/** Short, for small places: $1.05M. */
export function moneyShort(value: Money | null | undefined): string {
  if (!value) return "";
  return numbers(`c${value.currency}`, {
    style: "currency",
    currency: value.currency,
    notation: "compact",
    maximumSignificantDigits: 3,
  }).format(Number(value.amount));
}

export const number = (value: number): string => numbers("n", {}).format(value);
export const percent = (value: number): string => numbers("p", { style: "percent" }).format(value / 100);

export function bytes(value: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = value > 0 ? Math.min(3, Math.floor(Math.log10(value) / 3)) : 0;
  const unit = units[step] ?? "byte";
  return numbers(`b${unit}`, { style: "unit", unit, maximumFractionDigits: step > 1 ? 1 : 0 }).format(
    value / 1000 ** step,
  );
}

/** Whole days from today to a YYYY-MM-DD date; negative when past. */
export function daysUntil(date: string, now = new Date()): number {
  const [y = 0, m = 1, d = 1] = date.split("-").map(Number);
  return Math.round((Date.UTC(y, m - 1, d) - Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())) / 86_400_000);
}

export function today(offset = 0, now = new Date()): string {
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

/** A moment as a field for date and time shows it, in the browser's own zone. */
export function localTime(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** A calendar date, with the year only when it is not this one. */
export function date(value: string | null | undefined, now = new Date()): string {
  if (!value) return "";
  const sameYear = value.startsWith(String(now.getFullYear()));
  const format = sameYear
    ? dates("d", { day: "numeric", month: "short" }, true)
    : dates("dy", { day: "numeric", month: "short", year: "numeric" }, true);
  return format.format(new Date(`${value}T00:00:00Z`));
}

/** A month as the API writes it, `2026-12`. */
export const month = (value: string): string =>
  dates("my", { month: "long", year: "numeric" }, true).format(new Date(`${value}-01T00:00:00Z`));

/** The short name of a calendar date's weekday. */
export const weekdayShort = (value: string): string =>
  dates("ws", { weekday: "short" }, true).format(new Date(`${value}T00:00:00Z`));

export const weekday = (at: Date): string =>
  dates("wd", { weekday: "long", day: "numeric", month: "long" }, false).format(at);
export const time = (at: string): string =>
  dates("t", { hour: "numeric", minute: "2-digit" }, false).format(new Date(at));
export const dateTime = (at: string): string =>
  dates("dt", { day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" }, false).format(
    new Date(at),
  );

/** "Today", "Yesterday" or the day itself: the heads of a timeline. */
export function dayHead(at: string, now = new Date()): string {
  const day = new Date(at);
  const gap = daysUntil(today(0, day), now);
  if (gap === 0) return "Today";
  if (gap === -1) return "Yesterday";
  const format =
    day.getFullYear() === now.getFullYear()
      ? dates("wd", { weekday: "long", day: "numeric", month: "long" }, false)
      : dates("wdy", { weekday: "long", day: "numeric", month: "long", year: "numeric" }, false);
  return format.format(day);
}

/** How long ago, in the shortest words: "now", "5 min", "3 h", "12 d". */
export function ago(at: string, now = Date.now()): string {
  const minutes = Math.floor((now - new Date(at).getTime()) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h`;
  return `${number(Math.floor(minutes / 1440))} d`;
}

export const daysSince = (at: string, now = Date.now()): number =>
  Math.max(0, Math.floor((now - new Date(at).getTime()) / 86_400_000));

export const plural = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`;

export const initials = (name: string): string =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .filter((_, i, all) => i === 0 || i === all.length - 1)
    .join("");

/** A text, number or truth value of any field as it stands. */
export const plain = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
