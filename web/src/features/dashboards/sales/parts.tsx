import { useQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { useFields } from "@/api/shared";
import type { AnalyticsMeasure, AnalyticsRow } from "@/api/types";
import { Select } from "@/components/ui/input";
import { ShareBar } from "@/components/ui/share-bar";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { number } from "@/lib/format";
import { partsQuery, without } from "./queries";
import { BY, readBy, type Scope } from "./scope";
import { Cell } from "./stages";
import { amount, figureOf, LABELS } from "@/components/crm/analytics-values";

const MEASURES: AnalyticsMeasure[] = ["won_value", "won", "win_rate", "average_deal_size", "pipeline_value"];
const HEADS: Partial<Record<AnalyticsMeasure, string>> = { won: "Deals", average_deal_size: "Average" };

/** Who, what or where the deals were won: a bar and the figures, each with its deals. */
export function Parts({ scope, onScope }: { scope: Scope; onScope: (next: Scope) => void }) {
  const hidden = useFields("opportunity").hides("amount");
  const query = useQuery(partsQuery(scope, hidden));
  const measures = without(MEASURES, hidden);
  const by = readBy(scope.by);
  const label = BY.find(([of]) => of === by)?.[1] ?? "";
  const rows = query.data?.rows ?? [];
  return (
    <Card
      title={`Won by ${label.toLowerCase()}`}
      aside={
        <Select
          aria-label="Group by"
          className="w-32"
          value={by}
          data-print="hide"
          onChange={(e) => onScope({ by: readBy(e.target.value) })}
        >
          {BY.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Select>
      }
    >
      <ReadFailed query={query} />
      {query.isPending ? (
        <SkeletonRows rows={6} />
      ) : rows.length === 0 ? (
        <Empty icon={Users} title="No deals in this time" />
      ) : (
        <div
          className="scroll-thin overflow-x-auto"
          tabIndex={0}
          role="region"
          aria-label={`Won by ${label.toLowerCase()}`}
        >
          <table className="w-full min-w-[560px] text-cell">
            <thead>
              <tr className="border-b border-line text-meta text-fg-3">
                <th scope="col" className="px-4 py-1.5 text-left font-medium">
                  {label}
                </th>
                <th scope="col" className="w-1/5 py-1.5">
                  <span className="sr-only">Share of the most</span>
                </th>
                {measures.map((m) => (
                  <th key={m} scope="col" className="px-2 py-1.5 text-right font-medium whitespace-nowrap last:pr-4">
                    {HEADS[m] ?? LABELS[m]}
                  </th>
                ))}
              </tr>
            </thead>
            <Body scope={scope} rows={rows} measures={measures} label={label} />
          </table>
          {(query.data?.left_out ?? 0) > 0 && (
            <p className="px-4 py-2 text-meta text-fg-3">and {number(query.data?.left_out ?? 0)} more</p>
          )}
        </div>
      )}
    </Card>
  );
}

function Body(props: { scope: Scope; rows: AnalyticsRow[]; measures: AnalyticsMeasure[]; label: string }) {
  const { scope, rows, measures } = props;
  const first = (row: AnalyticsRow) => amount(row.figures[0]) ?? 0;
  const most = Math.max(1, ...rows.map(first));
  return (
    <tbody>
      {rows.map((row) => {
        const key = row.keys[0];
        const name = key?.label ?? (key?.key ? "Not visible to you" : `Without ${props.label.toLowerCase()}`);
        return (
          <tr key={key?.key ?? "none"} className="border-b border-line last:border-b-0">
            <th scope="row" className="max-w-44 truncate px-4 py-2 text-left font-normal text-fg" title={name}>
              {name}
            </th>
            <td className="py-2" aria-hidden>
              <ShareBar share={first(row) / most} tone="bg-chart-1" />
            </td>
            {measures.map((m) => (
              <Cell key={m} scope={scope} label={`${name}, ${LABELS[m]}`} figure={figureOf(row.figures, m)} />
            ))}
          </tr>
        );
      })}
    </tbody>
  );
}
