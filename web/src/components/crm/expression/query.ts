/** What expressions can speak of, and what the server says of them. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { RuleObject } from "@/api/types";

/** What an expression is about: a record as rules see it, or a lead as its score does. */
export type Spoken = RuleObject | "lead_score";

export const vocabularyQuery = (object: Spoken) =>
  queryOptions({
    queryKey: ["rule-vocabulary", object],
    queryFn: () => (object === "lead_score" ? get("/lead-scoring/facts") : get("/rules/facts", { query: { object } })),
    staleTime: Infinity,
  });

/** What the server says of an expression as it is being typed. */
export const verdictQuery = (object: Spoken, expression: string) =>
  queryOptions({
    queryKey: ["rule-verdict", object, expression],
    queryFn: async () =>
      object === "lead_score"
        ? (await post("/lead-scoring/check", { body: { condition: expression } })).data
        : (await post("/rules/check", { body: { object, expression } })).data,
    enabled: expression.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });

export const OBJECTS: [RuleObject, string][] = [
  ["opportunity", "Opportunity"],
  ["account", "Account"],
  ["contact", "Contact"],
  ["lead", "Lead"],
  ["task", "Task"],
];

/** What is not said by taking the name apart. */
const LABELS: Record<string, string> = { external_id: "External id", follow_up_date: "Follow-up date" };

/** `close_date` → "Close date", `owner_id` → "Owner". */
export function fieldLabel(field: string): string {
  const known = LABELS[field];
  if (known) return known;
  const words = field.replace(/_id$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
