/** The tree of accounts as rows: in order, indented, those below a closed one left out. */
import type { HierarchyNode } from "@/api/types";

export interface TreeRow {
  node: HierarchyNode;
  depth: number;
  /** How many stand right below it. */
  children: number;
}

export function rowsOf(nodes: HierarchyNode[], closed: ReadonlySet<string>): TreeRow[] {
  const below = new Map<string | null, HierarchyNode[]>();
  const known = new Set(nodes.map((n) => n.id));
  for (const node of nodes) {
    const parent = node.parent_id && known.has(node.parent_id) ? node.parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), node]);
  }
  const rows: TreeRow[] = [];
  const walk = (parent: string | null, depth: number) => {
    for (const node of below.get(parent) ?? []) {
      const children = below.get(node.id)?.length ?? 0;
      rows.push({ node, depth, children });
      if (!closed.has(node.id)) walk(node.id, depth + 1);
    }
  };
  walk(null, 0);
  return rows;
}

/** Whether `id` is `above` or stands below it: there it can't be moved. */
export function isWithin(nodes: HierarchyNode[], id: string, above: string): boolean {
  const parents = new Map(nodes.map((n) => [n.id, n.parent_id ?? null]));
  const seen = new Set<string>();
  let at: string | null | undefined = id;
  while (at && !seen.has(at)) {
    if (at === above) return true;
    seen.add(at);
    at = parents.get(at);
  }
  return false;
}
