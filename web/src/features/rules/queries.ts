import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { RuleObject } from "@/api/types";

export const rulesQuery = () => queryOptions({ queryKey: ["rules"], queryFn: async () => (await get("/rules")).items });

export const ruleQuery = (id: string) =>
  queryOptions({ queryKey: ["rules", id], queryFn: () => get("/rules/{id}", { path: { id } }) });

export const vocabularyQuery = (object: RuleObject) =>
  queryOptions({
    queryKey: ["rule-vocabulary", object],
    queryFn: () => get("/rules/facts", { query: { object } }),
    staleTime: Infinity,
  });

/** What the server says of an expression as it is being typed. */
export const verdictQuery = (object: RuleObject, expression: string) =>
  queryOptions({
    queryKey: ["rule-verdict", object, expression],
    queryFn: async () => (await post("/rules/check", { body: { object, expression } })).data,
    enabled: expression.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });

export interface Found {
  id: string;
  name: string;
}

/** Records to test a rule on. Tasks have no search: the newest are looked through. */
export const recordsQuery = (object: RuleObject, q: string) =>
  queryOptions({
    queryKey: ["rule-records", object, q],
    queryFn: async ({ signal }): Promise<Found[]> => {
      if (object === "task") {
        const { items } = await get("/tasks", { query: { limit: 200, sort: "-created_at" }, signal });
        const wanted = q.toLowerCase();
        return items.filter((t) => t.title.toLowerCase().includes(wanted)).map((t) => ({ id: t.id, name: t.title }));
      }
      const asked = { query: { q, limit: 20 }, signal };
      if (object === "opportunity") return (await get("/opportunities", asked)).items;
      if (object === "lead") return (await get("/leads", asked)).items;
      return (await (object === "account" ? get("/accounts", asked) : get("/contacts", asked))).items;
    },
    placeholderData: keepPreviousData,
  });

export const OBJECTS: [RuleObject, string][] = [
  ["opportunity", "Opportunity"],
  ["account", "Account"],
  ["contact", "Contact"],
  ["lead", "Lead"],
  ["task", "Task"],
];

/** `close_date` → "Close date", `owner_id` → "Owner". */
export function fieldLabel(field: string): string {
  const words = field.replace(/_id$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
