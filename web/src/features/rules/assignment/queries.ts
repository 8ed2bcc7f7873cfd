import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const assignmentRulesQuery = () =>
  queryOptions({ queryKey: ["assignment-rules"], queryFn: async () => (await get("/assignment-rules")).items });

export const assignmentRuleQuery = (id: string) =>
  queryOptions({
    queryKey: ["assignment-rules", id],
    queryFn: () => get("/assignment-rules/{id}", { path: { id } }),
  });
