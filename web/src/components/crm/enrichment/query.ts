import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export type Enriched = "account" | "lead";

/** What public sources know of a record at a version. */
export const enrichmentQuery = (object: Enriched, id: string, version: number) =>
  queryOptions({
    queryKey: [`${object}s`, "enrichment", id, version],
    queryFn: ({ signal }) =>
      object === "account"
        ? get("/accounts/{id}/enrichment", { path: { id }, signal })
        : get("/leads/{id}/enrichment", { path: { id }, signal }),
  });
