/** What a list of leads is narrowed to, as its address has it. */
import { readRecordSearch } from "@/components/crm/record-search";
import type { RecordSearch } from "@/components/crm/record-list";

const STATES = ["open", "converted", "all"] as const;
export type LeadState = (typeof STATES)[number];

export interface LeadSearch extends RecordSearch {
  /** Open ones when absent. */
  state?: LeadState | undefined;
  status?: string | undefined;
  source?: string | undefined;
  rating?: string | undefined;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export function readLeadSearch(search: Record<string, unknown>): LeadSearch {
  return {
    ...readRecordSearch(search),
    state: STATES.find((s) => s === search.state && s !== "open"),
    status: text(search.status),
    source: text(search.source),
    rating: text(search.rating),
  };
}

/** As the server is asked for it. */
export function leadFilter(search: LeadSearch): Record<string, string | undefined> {
  return {
    q: search.q,
    sort: search.sort ?? (search.q ? undefined : "-created_at"),
    owner: search.mine ? "me" : undefined,
    status_id: search.status,
    source_id: search.source,
    rating: search.rating,
    ...(search.state === "all" ? {} : { "converted_at.is_null": search.state === "converted" ? "false" : "true" }),
  };
}
