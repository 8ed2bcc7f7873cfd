/** Filters with groups: what the address holds in `filter`, as the API's tree and as the editor has it. */
import type { FilterDef } from "./filters";
import { isBare, type Comparison, type ListSearch, type Op } from "./search";

export type Mode = "all" | "any" | "none";
export interface Group {
  mode: Mode;
  items: Item[];
}
export type Item = Group | Comparison;

/** The API's tree; what reaches us may be anything. */
export type Tree = Record<string, unknown>;

export const isGroup = (item: Item): item is Group => "items" in item;

const WRITTEN: Partial<Record<Op, string>> = { is: "eq", not: "ne", empty: "is_null", filled: "is_null" };

/** A comparison as the API's condition. Words are one value, whatever commas there are in them. */
export function condition({ field, op, values }: Comparison, def: FilterDef | undefined): Tree {
  if (isBare(op)) return { field, op: "is_null", value: op === "empty" };
  if (op === "between") return { field, op, value: values.slice(0, 2) };
  const one = def?.kind === "words" || values.length === 1 || (op !== "is" && op !== "not");
  if (one) return { field, op: WRITTEN[op] ?? op, value: values.join(",") };
  return { field, op: op === "is" ? "in" : "not_in", value: values };
}

const READ: Record<string, Op> = {
  eq: "is",
  in: "is",
  ne: "not",
  not_in: "not",
  gt: "gt",
  gte: "gte",
  lt: "lt",
  lte: "lte",
  between: "between",
  contains: "contains",
  under: "under",
};

/** The API's condition as a comparison; null for what is none. */
export function comparison(node: unknown): Comparison | null {
  const { field, op, value } = (node ?? {}) as Tree;
  if (typeof field !== "string" || typeof op !== "string") return null;
  if (op === "is_null") return { field, op: String(value) === "false" ? "filled" : "empty", values: [] };
  const values = (Array.isArray(value) ? value : [value]) as unknown[];
  const known = READ[op];
  if (!known || values.length === 0) return null;
  if (values.some((v) => typeof v !== "string" && typeof v !== "number" && typeof v !== "boolean")) return null;
  return { field, op: known, values: values.map(String) };
}

const only = (node: Tree, key: string): unknown => (Object.keys(node).length === 1 ? node[key] : undefined);

/** The tree as the editor has it, of at most so many groups in each other; null when it is more than that. */
export function groupOf(node: unknown, depth = 2): Group | null {
  const item = itemOf(node, depth);
  if (!item) return null;
  return isGroup(item) ? item : { mode: "all", items: [item] };
}

function itemOf(node: unknown, depth: number): Item | null {
  const found = comparison(node);
  if (found) return found;
  if (typeof node !== "object" || node === null || depth === 0) return null;
  const tree = node as Tree;
  const not = only(tree, "not") as Tree | undefined;
  const [mode, parts]: [Mode, unknown] = not
    ? ["none", typeof not === "object" && "or" in not ? only(not, "or") : [not]]
    : "or" in tree
      ? ["any", only(tree, "or")]
      : ["all", only(tree, "and")];
  if (!Array.isArray(parts) || parts.length === 0) return null;
  const items = parts.map((part) => itemOf(part, depth - 1));
  return items.every((item) => item !== null) ? { mode, items } : null;
}

export function treeOf(item: Item, defs: FilterDef[]): Tree {
  if (!isGroup(item))
    return condition(
      item,
      defs.find((d) => d.field === item.field),
    );
  const parts = item.items.map((part) => treeOf(part, defs));
  if (item.mode === "all") return { and: parts };
  return item.mode === "any" ? { or: parts } : { not: { or: parts } };
}

/** As text that is the same for the same filter: the database keeps keys in an order of its own. */
export function written(tree: unknown): string {
  return JSON.stringify(tree, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** The tree in the address, if there is one that can be read. */
export function treeIn(search: ListSearch): Tree | null {
  if (!search.filter) return null;
  try {
    const tree: unknown = JSON.parse(search.filter);
    return typeof tree === "object" && tree !== null ? (tree as Tree) : null;
  } catch {
    return null;
  }
}

/** The address with another tree, or without one. */
export function withTree(search: ListSearch, tree: Tree | null): ListSearch {
  const { filter, ...rest } = search;
  return tree ? { ...rest, filter: written(tree) } : rest;
}

/** Every comparison in it, for their words. */
export const comparisonsOf = (item: Item): Comparison[] => (isGroup(item) ? item.items.flatMap(comparisonsOf) : [item]);
