/** The list's address: filters under the API's own names, and what else the URL owns. */

export type ListSearch = Record<string, string | undefined>;

const RESERVED = new Set(["tab", "q", "sort", "view", "group", "by", "lanes"]);

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

/** Filters, words, order and groups, whatever the order of the parameters. */
function told(search: ListSearch): string {
  const { q, sort, group, by, lanes } = search;
  const said = {
    ...apiFilters(search),
    ...(q ? { q } : {}),
    ...(sort ? { sort } : {}),
    ...(group ? { group } : {}),
    ...(by ? { by } : {}),
    ...(lanes ? { lanes } : {}),
  };
  return JSON.stringify(Object.entries(said).sort());
}

/** One comparison: Amount, at least, 50000. */
export interface Comparison {
  field: string;
  op: Op;
  values: string[];
}
/** One in the address: `amount.gte=50000`. */
export interface Chip extends Comparison {
  param: string;
}
export type Op = "is" | "not" | "gt" | "gte" | "lt" | "lte" | "between" | "contains" | "under" | "empty" | "filled";

const OPS: Record<string, Op> = { ne: "not", not_in: "not", in: "is", is_null: "empty" };
const PARAM = /^(?!custom\.[^.]*$)(.*)\.(ne|not_in|in|gt|gte|lt|lte|between|contains|under|is_null)$/;

/** The conditions that stand in the address one by one; what is more than such is in `filter` (see `tree`). */
export function chipsOf(search: ListSearch): Chip[] {
  const { filter, ...plain } = apiFilters(search);
  return Object.entries(plain).map(([param, value]) => {
    const found = PARAM.exec(param);
    const op = OPS[found?.[2] ?? "in"] ?? (found?.[2] as Op);
    return {
      param,
      field: found?.[1] ?? param,
      op: op === "empty" && value === "false" ? "filled" : op,
      values: op === "empty" ? [] : value.split(","),
    };
  });
}

/** Operators that stand alone. */
export const isBare = (op: Op): boolean => op === "empty" || op === "filled";

export function paramOf({ field, op, values }: Comparison): [string, string] {
  if (op === "is") return [field, values.join(",")];
  if (isBare(op)) return [`${field}.is_null`, String(op === "empty")];
  return [`${field}.${op === "not" ? (values.length > 1 ? "not_in" : "ne") : op}`, values.join(",")];
}

/** Leaves out `param` and puts the new chip in its place. */
export function withChip(search: ListSearch, old: string | null, chip: Comparison | null): ListSearch {
  const next: ListSearch = {};
  const put = () => {
    if (!chip || (chip.values.length === 0 && !isBare(chip.op))) return;
    const [param, value] = paramOf(chip);
    next[param] = value;
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
