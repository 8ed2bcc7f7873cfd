/** Saved views: how they are fetched, and how a view and the list's address say the same. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { SavedView } from "@/api/types";
import type { FilterDef } from "./filters";
import { chipsOf, paramOf, type ListSearch, type Tab } from "./search";
import type { ListObject } from "./spec";
import { comparison, condition, treeIn, written, type Tree } from "./tree";

export const viewsQuery = (object: ListObject) =>
  queryOptions({
    queryKey: ["saved-views", object],
    queryFn: async ({ signal }) => (await get("/saved-views", { query: { object }, signal })).items,
    staleTime: 60_000,
  });

export const useViews = (object: ListObject): SavedView[] => useSuspenseQuery(viewsQuery(object)).data;

export interface Selected {
  filter: { and: Tree[] } | null;
  q: string | null;
  sort: string[];
}

/** What the address shows, as a filter tree: for a saved view, an export, a change of all of it. */
export function selectionOf(search: ListSearch, defs: FilterDef[]): Selected {
  const said = chipsOf(search).map((chip) =>
    condition(
      chip,
      defs.find((d) => d.field === chip.field),
    ),
  );
  const tree = treeIn(search);
  const and = tree ? [...said, tree] : said;
  return {
    filter: and.length > 0 ? { and } : null,
    q: search.q ?? null,
    sort: search.sort ? search.sort.split(",") : [],
  };
}

/** As a parameter of the address; null for what is more than one comparison, or has a comma in a value of several. */
function parameter(node: unknown): [string, string] | null {
  const found = comparison(node);
  if (!found || (found.values.length > 1 && found.values.some((v) => v.includes(",")))) return null;
  return paramOf(found);
}

/** A filter as the address has it: chips, and the rest as a tree. */
export function searchOfFilter(filter: unknown): ListSearch {
  const tree = filter as { and?: unknown } | null | undefined;
  const nodes: unknown[] = !tree ? [] : Array.isArray(tree.and) ? (tree.and as unknown[]) : [tree];
  const params: Record<string, string> = {};
  const rest: unknown[] = [];
  for (const node of nodes) {
    const said = parameter(node);
    if (said && !(said[0] in params)) params[said[0]] = said[1];
    else rest.push(node);
  }
  const more = rest.length > 1 ? { and: rest } : rest[0];
  return { ...params, ...(more ? { filter: written(more) } : {}) };
}

/** The address that shows a view. */
export function searchOf(view: SavedView): ListSearch {
  return {
    view: view.id,
    ...searchOfFilter(view.filter),
    ...(view.q ? { q: view.q } : {}),
    ...(view.sort.length > 0 ? { sort: view.sort.join(",") } : {}),
    ...(view.layout === "board" ? axesOf(view.grouping) : view.grouping ? { group: view.grouping } : {}),
  };
}

/** What the columns and the rows of a saved board are, as `columns/rows`; by stage, and without rows, it says nothing. */
export const groupingOf = ({ by, lanes }: ListSearch): string | null =>
  by || lanes ? `${by ?? "stage"}${lanes ? `/${lanes}` : ""}` : null;

function axesOf(grouping: string | null | undefined): ListSearch {
  const [by, lanes] = (grouping ?? "").split("/");
  return { ...(by && by !== "stage" ? { by } : {}), ...(lanes ? { lanes } : {}) };
}

/** What the address began with: a saved view, or a tab. */
export function baseOf(search: ListSearch, views: SavedView[], tabs: Tab[]): ListSearch | undefined {
  const view = views.find((v) => v.id === search.view);
  if (view) return searchOf(view);
  return tabs.find((t) => t.id === search.tab)?.search;
}
