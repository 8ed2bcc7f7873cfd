/** The clocks of a record that are open, in a row; what became of the others folds out. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CirclePause, Timer, TriangleAlert, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { get } from "@/api/client";
import type { SlaTimer } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Popover } from "@/components/ui/popover";
import { dateTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { MEASURES, stepWords, timerHint, timerWords, toneOf } from "./sla-words";

export const slaQuery = (type: "opportunity" | "lead", id: string) =>
  queryOptions({
    queryKey: [type === "lead" ? "leads" : "opportunities", "sla", id],
    queryFn: async () =>
      (
        await (type === "lead"
          ? get("/leads/{id}/sla", { path: { id } })
          : get("/opportunities/{id}/sla", { path: { id } }))
      ).items,
    refetchInterval: 60_000,
  });

const ICONS: Record<SlaTimer["state"], LucideIcon> = {
  running: Timer,
  warning: TriangleAlert,
  paused: CirclePause,
  breached: CircleAlert,
  met: CircleCheck,
  met_late: CircleCheck,
  ended: Timer,
};

function Chip({ timer, now }: { timer: SlaTimer; now: number }) {
  const Icon = ICONS[timer.state];
  return (
    <Badge kind={toneOf(timer)}>
      <Icon aria-hidden /> {timerWords(timer, now)} · {MEASURES[timer.measure]}
    </Badge>
  );
}

export function SlaChips({ type, id }: { type: "opportunity" | "lead"; id: string }) {
  const timers = useQuery(slaQuery(type, id)).data ?? [];
  const now = useNow();
  const [open, setOpen] = useState(false);
  if (timers.length === 0) return null;
  const running = timers.filter((t) => !t.ended_at);
  const shown = running.length > 0 ? running : timers.slice(0, 1);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          aria-label={`Service levels: ${shown.map((t) => `${MEASURES[t.measure]}, ${timerWords(t, now)}`).join("; ")}`}
          title={shown.map(timerHint).join("\n")}
          className="-m-1 flex max-w-full flex-wrap items-center gap-1.5 self-start rounded-md p-1 hover:bg-muted pointer-coarse:min-h-11"
        >
          {shown.map((t) => (
            <Chip key={t.id} timer={t} now={now} />
          ))}
        </button>
      }
    >
      <ul
        className="max-h-80 w-80 max-w-[calc(100vw-2rem)] scroll-thin overflow-y-auto text-cell"
        aria-label="Service levels"
      >
        {timers.map((t) => (
          <li key={t.id} className="flex flex-col items-start gap-1 border-b border-line px-3 py-2 last:border-b-0">
            <span className="font-medium break-words text-fg">{t.rule.name}</span>
            <Chip timer={t} now={now} />
            <span className="text-meta text-fg-3">
              {timerHint(t)}
              {t.ended_at && `, ended ${dateTime(t.ended_at)}`}
            </span>
            {t.steps.map((step, n) => (
              <span key={n} className="text-meta text-fg-2">
                {stepWords(step)}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </Popover>
  );
}
