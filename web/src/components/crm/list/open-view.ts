/** Where a bare address leads: to the view that it names, to the one that this person begins with, or to the first tab. */
import type { QueryClient } from "@tanstack/react-query";
import { apiFilters, tabSearch, type ListSearch } from "./search";
import type { ListSpec } from "./spec";
import { searchOf, viewsQuery } from "./view-query";

export interface Opened {
  search: ListSearch;
  board: boolean;
}

/** Null when the address says it all already. */
export async function opened(client: QueryClient, spec: ListSpec, search: ListSearch): Promise<Opened | null> {
  if (search.tab || search.q || search.sort || search.group || Object.keys(apiFilters(search)).length > 0) return null;
  const views = await client.query({ ...viewsQuery(spec.object), staleTime: "static" });
  const view = search.view ? views.find((v) => v.id === search.view) : views.find((v) => v.default);
  if (view) {
    const shown = searchOf(view);
    const same = Object.keys(shown).length === 1 && search.view === shown.view && view.layout === "list";
    return same ? null : { search: shown, board: view.layout === "board" };
  }
  const first = spec.tabs[0];
  return first ? { search: tabSearch(first), board: false } : null;
}
