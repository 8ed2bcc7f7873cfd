import type { Totals } from "@/api/types";
import { cn } from "@/lib/cn";
import { moneyRound, moneyShort, number } from "@/lib/format";
import { columnFlex } from "./columns";
import { cellClass } from "./row";

export const countWords = (totals: Totals): string =>
  totals.count_is === "at_least" ? `over ${number(totals.count)}` : number(totals.count);

/** Repeats the columns: count, sum, weighted, average. It never scrolls away. */
export function ListFooter({
  columns,
  totals,
  minWidth,
}: {
  columns: { id: string; size: number }[];
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
      <div role="gridcell" className="w-[54px] shrink-0" />
      {columns.map((c) => (
        <div
          key={c.id}
          role="gridcell"
          style={columnFlex(c.id, c.size)}
          className={cn(
            cellClass,
            "text-meta whitespace-nowrap text-fg-3",
            c.id === "amount" && "justify-end text-cell font-semibold text-fg tnum",
          )}
        >
          {text(c.id)}
        </div>
      ))}
    </div>
  );
}
