import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import type { SlaTimer } from "@/api/types";
import { MEASURES, timerHint } from "@/components/crm/sla-words";
import { Person } from "@/components/ui/marks";
import { Card, Empty } from "@/components/ui/states";
import { dateTime, number } from "@/lib/format";

/** What is overdue and still open, the longest first. */
export function Breaches({ timers, total }: { timers: SlaTimer[]; total: number }) {
  return (
    <Card
      title="Overdue now"
      aside={
        total > timers.length ? <span className="text-meta text-fg-3">the first {number(timers.length)}</span> : null
      }
    >
      {timers.length === 0 ? (
        <Empty icon={CircleCheck} title="Nothing is overdue" />
      ) : (
        <ul>
          {timers.map((t) => (
            <li
              key={t.id}
              className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line px-4 py-2 text-cell last:border-b-0"
            >
              <Link
                to={t.object === "lead" ? "/leads/$id" : "/opportunities/$id"}
                params={{ id: t.record.id }}
                title={timerHint(t)}
                className="min-w-0 flex-1 basis-40 truncate font-medium text-fg hover:underline"
              >
                {t.record.name}
              </Link>
              <span className="text-fg-3">{MEASURES[t.measure]}</span>
              <Person person={t.owner} />
              <span className="text-bad-text tnum">since {dateTime(t.breached_at ?? t.started_at)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
