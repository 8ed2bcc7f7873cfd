/** Saved views: how they are fetched, and how a view and the list's address say the same. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { SavedView } from "@/api/types";
import type { FilterDef } from "./filters";
import { chipsOf, type Chip, type ListSearch, type Tab } from "./search";
import type { ListObject } from "./spec";

export const viewsQuery = (object: ListObject) =>
  queryOptions({
    queryKey: ["saved-views", object],
    queryFn: async ({ signal }) => (await get("/saved-views", { query: { object }, signal })).items,
    staleTime: 60_000,
  });

export const useViews = (object: ListObject): SavedView[] => useSuspenseQuery(viewsQuery(object)).data;

interface Condition {
  field: string;
  op: string;
  value: string | string[];
}

/** A chip as the API's condition. Words are one value, whatever commas there are in them. */
function condition(chip: Chip, def: FilterDef | undefined): Condition {
  const { field, op, values } = chip;
  if (op !== "is") return { field, op, value: values.join(",") };
  if (def?.kind === "words" || values.length === 1) return { field, op: "eq", value: values.join(",") };
  return { field, op: "in", value: values };
}

export interface Selected {
  filter: { and: Condition[] } | null;
  q: string | null;
  sort: string[];
}

/** What the address shows, as a filter tree: for a saved view, an export, a change of all of it. */
export function selectionOf(search: ListSearch, defs: FilterDef[]): Selected {
  const and = chipsOf(search).map((chip) =>
    condition(
      chip,
      defs.find((d) => d.field === chip.field),
    ),
  );
  return {
    filter: and.length > 0 ? { and } : null,
    q: search.q ?? null,
    sort: search.sort ? search.sort.split(",") : [],
  };
}

const PARAM: Record<string, string> = { eq: "", in: "", gte: ".gte", lte: ".lte", contains: ".contains" };

function parameter(node: unknown): [string, string] | null {
  const { field, op, value } = (node ?? {}) as Partial<Condition>;
  const end = op === undefined ? undefined : PARAM[op];
  if (typeof field !== "string" || end === undefined) return null;
  const values = (Array.isArray(value) ? value : [value]) as unknown[];
  if (values.some((v) => typeof v !== "string" && typeof v !== "number" && typeof v !== "boolean")) return null;
  return [field + end, values.join(",")];
}

/** The address that shows a view; null when its filter is more than chips can say (the API can make such). */
export function searchOf(view: SavedView): ListSearch | null {
  const tree = view.filter as { and?: unknown } | null | undefined;
  const nodes: unknown[] = !tree ? [] : Array.isArray(tree.and) ? (tree.and as unknown[]) : [tree];
  const params = nodes.map(parameter);
  const said = params.filter((p) => p !== null);
  if (said.length < nodes.length || new Set(said.map(([name]) => name)).size < said.length) return null;
  return {
    view: view.id,
    ...Object.fromEntries(said),
    ...(view.q ? { q: view.q } : {}),
    ...(view.sort.length > 0 ? { sort: view.sort.join(",") } : {}),
    ...(view.layout === "board" ? axesOf(view.grouping) : {}),
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
  if (view) return searchOf(view) ?? undefined;
  return tabs.find((t) => t.id === search.tab)?.search;
}
