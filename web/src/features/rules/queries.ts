import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { RuleObject } from "@/api/types";

export const rulesQuery = () => queryOptions({ queryKey: ["rules"], queryFn: async () => (await get("/rules")).items });

export const ruleQuery = (id: string) =>
  queryOptions({ queryKey: ["rules", id], queryFn: () => get("/rules/{id}", { path: { id } }) });

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
