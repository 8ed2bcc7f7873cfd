/** A raw field value in words, from the master data that is already loaded. */
import type { QueryClient } from "@tanstack/react-query";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import type { Change, Money } from "@/api/types";
import { date, dateTime, money } from "@/lib/format";

export const FORECAST: Record<string, string> = {
  omitted: "Omitted",
  pipeline: "Pipeline",
  best_case: "Best case",
  commit: "Commit",
  closed: "Closed",
};

const isMoney = (value: unknown): value is Money =>
  typeof value === "object" && value !== null && "amount" in value && "currency" in value;

export function showValue(client: QueryClient, field: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (isMoney(value)) return money(value);
  if (typeof value === "number") return field === "probability" ? `${value} %` : String(value);
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "string") return JSON.stringify(value);
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return date(value);
  if (field === "forecast_category") return FORECAST[value] ?? value;
  const named = [
    ...(client.getQueryData(usersQuery().queryKey) ?? []),
    ...(client.getQueryData(optionsQuery().queryKey) ?? []),
    ...(client.getQueryData(pipelinesQuery().queryKey) ?? []).flatMap((p) => p.stages),
  ];
  return named.find((n) => n.id === value)?.name ?? value;
}

/** "192840.00 USD", as events and diffs carry money, in the person's locale. */
export function readable(raw: unknown, label: string | null | undefined): string | null {
  if (isMoney(raw)) return money(raw);
  if (label === null || label === undefined) return raw === null || raw === undefined || raw === "" ? null : plain(raw);
  const found = /^(-?\d+(?:\.\d+)?) ([A-Z]{3})$/.exec(label);
  if (found?.[1] && found[2]) return money({ amount: found[1], currency: found[2] });
  return dated(label);
}

/** Days and moments as a person writes them, any other text as it is. */
function dated(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return date(text);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? dateTime(text) : text;
}

function plain(raw: unknown): string {
  if (typeof raw === "string") return dated(raw);
  return typeof raw === "number" || typeof raw === "boolean" ? String(raw) : JSON.stringify(raw);
}

/** What neither the value nor its label says: a unit, or the word for a code. */
function worded({ field }: Change, text: string | null): string | null {
  if (text === null) return null;
  if (field === "probability") return `${text} %`;
  return field === "forecast_category" ? (FORECAST[text] ?? text) : text;
}
export const before = (change: Change): string | null => worded(change, readable(change.old, change.old_label));
export const after = (change: Change): string | null => worded(change, readable(change.new, change.new_label));
