import type { SlaAdherence } from "@/api/types";
import { Card, Empty } from "@/components/ui/states";
import { ChartColumn } from "lucide-react";
import { month, number } from "@/lib/format";
import { Columns } from "./columns";
import { share } from "./share";

const short = (day: string): string =>
  new Intl.DateTimeFormat(undefined, { month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

/** What was kept and what was not, month by month: columns that read in greyscale, and their numbers for who does not see them. */
export function MonthChart({ months }: { months: SlaAdherence["by_month"] }) {
  return (
    <Card
      title="By month"
      aside={
        <span className="flex gap-3 text-meta text-fg-2" aria-hidden>
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-xs bg-chart-2" /> Kept
          </span>
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-xs border border-line-control hatched" /> Broken
          </span>
        </span>
      }
    >
      {months.length === 0 ? (
        <Empty icon={ChartColumn} title="Nothing was decided in this time">
          Clocks count here once they have run out, or once what was to be done has been done.
        </Empty>
      ) : (
        <Columns
          tone="bg-chart-2"
          items={months.map((m) => ({
            key: m.month,
            label: short(m.month),
            spoken: `${month(m.month.slice(0, 7))}: ${number(m.met)} kept, ${number(m.breached)} broken`,
            lower: m.met,
            upper: m.breached,
            note: share(m.percent),
          }))}
        />
      )}
    </Card>
  );
}
