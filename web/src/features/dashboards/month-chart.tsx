import type { SlaAdherence } from "@/api/types";
import { Card, Empty } from "@/components/ui/states";
import { ChartColumn } from "lucide-react";
import { month, number } from "@/lib/format";
import { share } from "./share";

const short = (day: string): string =>
  new Intl.DateTimeFormat(undefined, { month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

/** What was kept and what was not, month by month: columns that read in greyscale, and their numbers for who does not see them. */
export function MonthChart({ months }: { months: SlaAdherence["by_month"] }) {
  const most = Math.max(1, ...months.map((m) => m.met + m.breached));
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
        <ol className="flex h-56 items-stretch gap-2 px-4 pt-4 pb-3">
          {months.map((m) => (
            <li key={m.month} className="flex min-w-0 flex-1 flex-col items-center gap-1">
              <span className="sr-only">
                {month(m.month.slice(0, 7))}: {number(m.met)} kept, {number(m.breached)} broken
              </span>
              <span aria-hidden className="flex w-full max-w-10 flex-1 flex-col justify-end">
                <span
                  className="block rounded-t-xs border border-line-control hatched"
                  style={{ height: `${(m.breached / most) * 100}%`, display: m.breached === 0 ? "none" : undefined }}
                />
                <span className="block bg-chart-2" style={{ height: `${(m.met / most) * 100}%` }} />
              </span>
              <span aria-hidden className="text-meta text-fg-3">
                {short(m.month)}
              </span>
              <span className="text-meta text-fg tnum">{share(m.percent)}</span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
