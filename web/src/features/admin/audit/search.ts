/** What the URL says of the log that is shown. */
export interface AuditSearch {
  q?: string;
  object?: string;
  type?: string;
  actor_id?: string;
  record_id?: string;
  request_id?: string;
  /** Days, both shown: the person's own. */
  from?: string;
  to?: string;
}
const FIELDS = ["q", "object", "type", "actor_id", "record_id", "request_id", "from", "to"] as const;
export type AuditField = (typeof FIELDS)[number];

export function readSearch(search: Record<string, unknown>): AuditSearch {
  const said = FIELDS.flatMap((field) => {
    const value = search[field];
    return typeof value === "string" && value !== "" ? [[field, value]] : [];
  });
  return Object.fromEntries(said) as AuditSearch;
}
