/** Runs by group: a row for each, the worst figures marked by words and not by colour alone. */
import type { QualityRow } from "@/api/types";
import { Card } from "@/components/ui/states";
import { number } from "@/lib/format";
import { percent, took } from "./quality-words";

const COLUMNS: [string, (row: QualityRow) => string][] = [
  ["Runs", (row) => number(row.runs)],
  ["Failed", (row) => percent(row.error_rate)],
  ["No source", (row) => percent(row.hallucination_rate)],
  ["Median", (row) => took(row.latency_p50_ms)],
  ["95 %", (row) => took(row.latency_p95_ms)],
  ["Approved", (row) => percent(row.acceptance)],
  [
    "Rating",
    (row) => (row.rating === null || row.rating === undefined ? "–" : number(Math.round(row.rating * 10) / 10)),
  ],
  ["Drafts used", (row) => (row.drafts > 0 ? `${number(row.drafts_used)} of ${number(row.drafts)}` : "–")],
  ["Cost", (row) => (row.unpriced === row.runs ? "not known" : row.cost)],
];

export function QualityTable(props: {
  title: string;
  head: string;
  rows: QualityRow[];
  name: (row: QualityRow) => string;
}) {
  if (props.rows.length === 0) return null;
  return (
    <Card title={props.title}>
      <div className="overflow-x-auto">
        <table className="w-full text-cell">
          <thead>
            <tr className="text-meta text-fg-3">
              <th className="px-4 py-1.5 text-left font-medium">{props.head}</th>
              {COLUMNS.map(([head]) => (
                <th key={head} className="px-3 py-1.5 text-right font-medium whitespace-nowrap">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row) => (
              <tr key={`${row.user?.id ?? ""}${row.key}`} className="border-t border-line">
                <th scope="row" className="px-4 py-1.5 text-left font-normal text-fg">
                  {props.name(row)}
                </th>
                {COLUMNS.map(([head, show]) => (
                  <td key={head} className="px-3 py-1.5 text-right whitespace-nowrap tnum">
                    {show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
