/** The tree that an account stands in, with what each account comes to. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { HierarchyNode } from "@/api/types";
import { loadable } from "@/lib/loadable";
import { date, number } from "@/lib/format";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { HierarchyRow } from "./hierarchy-row";
import { hierarchyQuery } from "./queries";
import { rowsOf } from "./tree";

const MoveBelow = loadable(() => import("./move-below").then((m) => m.MoveBelow));
const SEGMENT = "h-6 rounded-sm px-2 text-meta font-medium pointer-coarse:h-9";

export function Hierarchy({ id }: { id: string }) {
  const query = useQuery(hierarchyQuery(id));
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [below, setBelow] = useState(true);
  const [moved, setMoved] = useState<HierarchyNode | null>(null);
  const nodes = query.data?.items ?? [];
  const toggle = (node: string) => {
    const next = new Set(closed);
    if (!next.delete(node)) next.add(node);
    setClosed(next);
  };
  return (
    <Card
      title="Hierarchy"
      aside={
        <div role="group" aria-label="Figures" className="flex rounded-md border border-line-control p-px">
          {[false, true].map((on) => (
            <button
              key={String(on)}
              type="button"
              aria-pressed={below === on}
              onClick={() => setBelow(on)}
              className={`${SEGMENT} ${below === on ? "bg-active text-fg" : "text-fg-3 hover:text-fg"}`}
            >
              {on ? "With those below" : "Alone"}
            </button>
          ))}
        </div>
      }
    >
      {query.isPending && <SkeletonRows rows={4} />}
      <ReadFailed query={query} />
      {query.data?.narrowed && (
        <p className="border-b border-line px-4 py-2 text-cell text-fg-3">
          The whole tree has more than {number(query.data.limit)} accounts: this is what stands below here.
        </p>
      )}
      {query.data && !query.data.complete && (
        <p role="status" className="border-b border-line px-4 py-2 text-cell text-warn-text">
          Only the first {number(query.data.limit)} accounts are shown, and counted.
        </p>
      )}
      {nodes.length > 0 && (
        <table className="w-full text-cell">
          <thead>
            <tr className="h-8 border-b border-line text-left text-meta text-fg-3">
              <th className="px-4 font-medium">Account</th>
              <th className="px-2 text-right font-medium">Open</th>
              <th className="px-2 text-right font-medium max-md:hidden">Won since {date(query.data?.won_since)}</th>
              <th className="px-2 text-right font-medium max-md:hidden">People</th>
              <th className="w-12">
                <span className="sr-only">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rowsOf(nodes, closed).map((row) => (
              <HierarchyRow
                key={row.node.id}
                row={row}
                here={row.node.id === id}
                below={below}
                closed={closed.has(row.node.id)}
                onToggle={() => toggle(row.node.id)}
                onMove={() => setMoved(row.node)}
              />
            ))}
          </tbody>
        </table>
      )}
      {moved && <MoveBelow node={moved} nodes={nodes} onClose={() => setMoved(null)} />}
    </Card>
  );
}
