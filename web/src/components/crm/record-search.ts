import type { RecordSearch } from "./record-list";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export function readRecordSearch(search: Record<string, unknown>): RecordSearch {
  return { q: text(search.q), sort: text(search.sort), mine: text(search.mine) };
}
