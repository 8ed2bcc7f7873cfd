import type { EnrichmentSuggestion, FieldOrigin } from "@/api/types";
import { dateTime } from "@/lib/format";

const LABELS: Record<string, string> = {
  industry_id: "Industry",
  country: "Country",
  founded_year: "Founded",
  domain: "Domain",
  website: "Website",
  company: "Company",
};
export const fieldWord = (field: string): string => LABELS[field] ?? field;

/** "92 % sure". */
export const sureness = (confidence: number): string => `${Math.round(confidence * 100)} % sure`;

export const keyOf = (s: Pick<EnrichmentSuggestion, "field" | "source">): string => `${s.field}:${s.source}`;

/** One of a field at most: choosing another lets go of the first. */
export function chosenWith(chosen: string[], key: string, on: boolean): string[] {
  const [field = ""] = key.split(":");
  const rest = chosen.filter((other) => !other.startsWith(`${field}:`));
  return on ? [...rest, key] : rest;
}

/** Where a value came from, in a line. */
export function originWords(origin: FieldOrigin, source: string): string {
  const by = origin.taken_by ? `, taken over by ${origin.taken_by.name}` : "";
  return `From ${source}, ${sureness(origin.confidence)}${by} on ${dateTime(origin.taken_at)}. ${origin.why}.`;
}
