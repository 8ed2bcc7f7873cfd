import type { Totals } from "@/api/types";
import { cn } from "@/lib/cn";
import { moneyRound, moneyShort, number } from "@/lib/format";
import { columnStyle, stays, type PlacedColumn } from "./columns";
import { cellClass } from "./row";

export const countWords = (totals: Totals): string =>
  totals.count_is === "at_least" ? `over ${number(totals.count)}` : number(totals.count);

/** Repeats the columns: count, sum, weighted, average. It never scrolls away. */
export function ListFooter({
  columns,
  totals,
  minWidth,
}: {
  columns: PlacedColumn[];
  totals: Totals | undefined;
  minWidth: number;
}) {
  const text = (id: string): string => {
    if (!totals) return "";
    if (id === "name") return `${countWords(totals)} ${totals.count === 1 ? "opportunity" : "opportunities"}`;
    if (id === "amount") return moneyRound(totals.amount);
    if (id === "close_date" && totals.average) return `${moneyShort(totals.average)} average`;
    if (id === "stage" && totals.weighted) return `${moneyShort(totals.weighted)} weighted`;
    return "";
  };
  return (
    <div
      role="row"
      style={{ minWidth }}
      className="sticky bottom-0 z-10 flex h-10 border-t border-line-strong bg-sunken pr-3"
    >
      <div role="gridcell" className="sticky left-0 z-1 w-[54px] shrink-0 bg-sunken" />
      {columns.map((c) => (
        <div
          key={c.id}
          role="gridcell"
          style={columnStyle(c)}
          className={cn(
            cellClass,
            "bg-sunken text-meta whitespace-nowrap text-fg-3",
            stays(c),
            c.id === "amount" && "justify-end text-cell font-semibold text-fg tnum",
          )}
        >
          {text(c.id)}
        </div>
      ))}
    </div>
  );
}
