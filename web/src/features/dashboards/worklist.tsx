import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import type { SlaTimer } from "@/api/types";
import { MEASURES, timerHint, timerWords, toneOf } from "@/components/crm/sla-words";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Person } from "@/components/ui/marks";
import { Card, Empty, SkeletonRows } from "@/components/ui/states";
import { dateTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { DUE, readDue, readWhose, timersQuery, WHOSE, type Asked } from "./queries";

const NOTHING = {
  breached: "Nothing is overdue",
  due_soon: "Nothing is due soon",
  open: "No clock runs",
  paused: "No clock stands still",
};

/** What is to be done by service levels, by when it is due, to be worked off from the top. */
export function Worklist(props: { asked: Asked; onAsk: (next: Asked) => void }) {
  const { asked, onAsk } = props;
  const query = useInfiniteQuery(timersQuery(asked));
  const timers = query.data?.pages.flatMap((page) => page.items);
  const due = readDue(asked.due);
  const now = useNow();
  return (
    <Card
      title="To be done"
      aside={
        <span className="flex flex-wrap gap-2" data-print="hide">
          <Select
            aria-label="Which clocks"
            className="w-32"
            value={due}
            onChange={(e) => onAsk({ due: readDue(e.target.value) })}
          >
            {DUE.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Whose"
            className="w-32"
            value={readWhose(asked.whose)}
            onChange={(e) => onAsk({ whose: readWhose(e.target.value) })}
          >
            {WHOSE.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </span>
      }
    >
      {!timers ? (
        <SkeletonRows rows={5} />
      ) : timers.length === 0 ? (
        <Empty icon={CircleCheck} title={NOTHING[due]} />
      ) : (
        <ul>
          {timers.map((timer) => (
            <Row key={timer.id} timer={timer} now={now} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <p className="px-4 py-2">
          <Button busy={query.isFetchingNextPage && "Loading"} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </Card>
  );
}

function Row({ timer: t, now }: { timer: SlaTimer; now: number }) {
  const due = t.breached_at ?? t.due_at;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line px-4 py-2 text-cell last:border-b-0">
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
      <Badge kind={toneOf(t)} title={due ? dateTime(due) : undefined}>
        {timerWords(t, now)}
      </Badge>
    </li>
  );
}
