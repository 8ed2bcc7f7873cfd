/** The list's address: filters under the API's own names, and what else the URL owns. */

export type ListSearch = Record<string, string | undefined>;

const RESERVED = new Set(["tab", "q", "sort", "view", "by", "lanes"]);

export interface Tab {
  id: string;
  label: string;
  search: Record<string, string>;
}

export const tabSearch = (tab: Tab): Record<string, string> => ({ tab: tab.id, ...tab.search });
export const tabOf = (search: ListSearch, tabs: Tab[]): Tab | undefined => tabs.find((t) => t.id === search.tab);

export function apiFilters(search: ListSearch): Record<string, string> {
  return Object.fromEntries(
    Object.entries(search).filter((e): e is [string, string] => !RESERVED.has(e[0]) && Boolean(e[1])),
  );
}

/** Whether the address has moved on from the tab or the saved view that it began with. */
export function isChanged(search: ListSearch, base: ListSearch | undefined): boolean {
  return base !== undefined && told(search) !== told(base);
}

/** Filters, words and order, whatever the order of the parameters. */
function told(search: ListSearch): string {
  const { q, sort, by, lanes } = search;
  const said = {
    ...apiFilters(search),
    ...(q ? { q } : {}),
    ...(sort ? { sort } : {}),
    ...(by ? { by } : {}),
    ...(lanes ? { lanes } : {}),
  };
  return JSON.stringify(Object.entries(said).sort());
}

/** One chip: `amount.gte=50000` is Amount, at least, 50000. */
export interface Chip {
  param: string;
  field: string;
  op: Op;
  values: string[];
}
export type Op = "is" | "gte" | "lte" | "contains";

export function chipsOf(search: ListSearch): Chip[] {
  return Object.entries(apiFilters(search)).map(([param, value]) => {
    const found = /^(?!custom\.[^.]*$)(.*)\.(gte|lte|contains)$/.exec(param);
    return { param, field: found?.[1] ?? param, op: (found?.[2] ?? "is") as Op, values: value.split(",") };
  });
}

const paramOf = (field: string, op: Op): string => (op === "is" ? field : `${field}.${op}`);

/** Leaves out `param` and puts the new chip in its place. */
export function withChip(
  search: ListSearch,
  old: string | null,
  chip: { field: string; op: Op; values: string[] } | null,
): ListSearch {
  const next: ListSearch = {};
  const put = () => {
    if (chip && chip.values.length > 0) next[paramOf(chip.field, chip.op)] = chip.values.join(",");
  };
  for (const [key, value] of Object.entries(search)) {
    if (key === old) put();
    else next[key] = value;
  }
  if (old === null || !(old in search)) put();
  return next;
}

export interface SortKey {
  field: string;
  desc: boolean;
}
export const readSort = (sort: string | undefined): SortKey[] =>
  (sort ?? "")
    .split(",")
    .filter(Boolean)
    .map((key) => ({ field: key.replace(/^-/, ""), desc: key.startsWith("-") }));

/** A click sorts by one column (down, up, not at all); with Shift it adds to what is there. */
export function nextSort(sort: string | undefined, field: string, add: boolean): string | undefined {
  const keys = readSort(sort);
  const now = keys.find((k) => k.field === field);
  const turned = !now ? { field, desc: true } : now.desc ? { field, desc: false } : null;
  const rest = add ? keys.filter((k) => k.field !== field) : [];
  const next =
    now && add ? keys.flatMap((k) => (k.field === field ? (turned ?? []) : k)) : turned ? [...rest, turned] : rest;
  return next.map((k) => (k.desc ? `-${k.field}` : k.field)).join(",") || undefined;
}
