/** Words of the URL. By themselves, since every page loads what the router needs. */
import type { MaterialKind } from "@/api/types";

export type Group = "deals" | "people" | "activities" | "files" | "materials";

/** What the search page shows. */
export interface KnowledgeSearch {
  q?: string | undefined;
  /** What is looked through; everything when absent. */
  in?: Group | undefined;
}

export interface MaterialsSearch {
  kind?: MaterialKind | undefined;
  archived?: "true" | undefined;
}
