import { Link } from "@tanstack/react-router";
import { ChevronRight, Ellipsis } from "lucide-react";
import { patch } from "@/api/client";
import { useWrite } from "@/components/crm/use-write";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CompanyMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { moneyRound, number } from "@/lib/format";
import type { TreeRow } from "./tree";

interface Props {
  row: TreeRow;
  here: boolean;
  below: boolean;
  closed: boolean;
  onToggle: () => void;
  onMove: () => void;
}

export function HierarchyRow({ row, here, below, closed, onToggle, onMove }: Props) {
  const { node } = row;
  const sums = below ? node.with_below : node.own;
  const detach = useWrite(
    () => patch("/accounts/{id}", { path: { id: node.id }, body: { parent_id: null }, ifMatch: node.version }),
    () => `${node.name} has no parent`,
  );
  return (
    <tr className={cn("h-10 border-b border-line tnum last:border-0", here && "bg-accent-soft")}>
      <td className="max-w-0 py-1 pr-2 pl-2" style={{ paddingLeft: 8 + Math.min(row.depth, 12) * 18 }}>
        <span className="flex min-w-0 items-center gap-1.5">
          {row.children > 0 ? (
            <button
              type="button"
              aria-expanded={!closed}
              aria-label={`${closed ? "Show" : "Hide"} what is below ${node.name}`}
              onClick={onToggle}
              className="grid size-6 shrink-0 place-items-center rounded-sm text-fg-3 hover:bg-muted pointer-coarse:size-9"
            >
              <ChevronRight className={cn("size-3.5 transition-transform", !closed && "rotate-90")} />
            </button>
          ) : (
            <span className="w-6 shrink-0 pointer-coarse:w-9" />
          )}
          <CompanyMark name={node.name} />
          <Link
            to="/accounts/$id"
            params={{ id: node.id }}
            search={{ tab: "hierarchy" }}
            aria-current={here ? "page" : undefined}
            className="truncate font-medium text-fg hover:underline"
          >
            {node.name}
          </Link>
          {closed && <Badge>{number(row.children)}</Badge>}
        </span>
      </td>
      <td className="w-28 px-2 text-right text-fg">
        {moneyRound(sums.open_amount)}
        <span className="block text-meta text-fg-3">{number(sums.open_opportunities)} open</span>
      </td>
      <td className="w-36 px-2 text-right text-fg max-md:hidden">
        {moneyRound(sums.won_amount)}
        <span className="block text-meta text-fg-3">{number(sums.won_opportunities)} won</span>
      </td>
      <td className="w-20 px-2 text-right text-fg max-md:hidden">{number(sums.people)}</td>
      <td className="w-12 text-center">
        {node.may_move && (
          <Menu
            align="end"
            trigger={
              <Button variant="quiet" size="iconRow" aria-label={`Move ${node.name}`}>
                <Ellipsis />
              </Button>
            }
            items={[
              { label: "Move below…", run: onMove },
              ...(node.parent_id ? [{ label: "Make it the top", run: () => detach.mutate(undefined) }] : []),
            ]}
          />
        )}
      </td>
    </tr>
  );
}
