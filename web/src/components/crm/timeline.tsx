import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowUp, CalendarClock, Pin } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useMay } from "@/api/shared";
import type { SubjectType, TimelineEvent } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Empty, SkeletonRows } from "@/components/ui/states";
import { dayHead } from "@/lib/format";
import { useRested } from "@/lib/hooks";
import { useArrived } from "./live/use-arrived";
import { TimelineFilters } from "./timeline-filter";
import { TimelineRow } from "./timeline-row";
import { isFiltered, NO_FILTER, timelineQuery } from "./timeline-query";

interface Props {
  type: SubjectType;
  id: string;
  composer?: ReactNode;
}

/** Another record's is not narrowed by what was looked for on the one before. */
export const Timeline = (props: Props) => <OfRecord key={`${props.type}/${props.id}`} {...props} />;

function OfRecord({ type, id, composer }: Props) {
  const [filter, setFilter] = useState(NO_FILTER);
  const rested = useRested(filter.q, 200);
  const options = timelineQuery(type, id, { ...filter, q: rested });
  // What could be read stays, though it can't be read again: the record may have gone.
  const query = useInfiniteQuery({ ...options, throwOnError: (_, { state }) => state.data === undefined });
  const mayUndo = useMay(type, "update");
  const pages = query.data?.pages ?? [];
  const all = pages.flatMap((p) => p.items);
  const asked = JSON.stringify(options.queryKey);
  const { events, top, waiting, reveal, arrived, writing } = useArrived(
    asked,
    all,
    query.isSuccess && !query.isPlaceholderData,
  );
  const filtered = isFiltered(filter);
  const groups = [...byDay(events)];
  return (
    <div className="flex flex-col gap-3">
      {composer}
      <TimelineFilters filter={filter} onChange={setFilter} />
      <div ref={top} aria-hidden className="-mb-3 h-px" />
      <div className="sticky top-2 z-20 -mt-3 flex h-0 justify-center">
        {waiting > 0 && (
          <Button size="card" className="animate-rise rounded-xl shadow-3" onClick={reveal}>
            <ArrowUp /> {waiting} new
          </Button>
        )}
      </div>
      {query.isPending && <SkeletonRows rows={4} />}
      {!query.isPending && events.length === 0 && !query.hasNextPage && (
        <Empty icon={CalendarClock} title={filtered ? "Nothing matches" : "Nothing has happened yet"}>
          {filtered
            ? "Nothing on this timeline is of this kind, person, time and words."
            : "Notes, calls and every change appear here, with who made them."}
        </Empty>
      )}
      <div className="contents" {...writing}>
        {groups.map(([day, list]) => (
          <section key={day}>
            <h3 className="mb-2 flex items-center gap-1.5 text-meta font-medium text-fg-3">
              {day === PINNED && <Pin className="size-3" aria-hidden />} {day}
            </h3>
            <ol className="flex flex-col">
              {list.map((event, i) => (
                <TimelineRow
                  key={event.id}
                  event={event}
                  arrived={arrived(event.id)}
                  last={i === list.length - 1}
                  mayUndo={mayUndo}
                  record={{ type, id }}
                />
              ))}
            </ol>
          </section>
        ))}
      </div>
      {query.hasNextPage && (
        <Button
          className="self-start"
          busy={query.isFetchingNextPage && "Loading"}
          onClick={() => void query.fetchNextPage()}
        >
          {filtered ? "Look further back" : "Show earlier"}
        </Button>
      )}
    </div>
  );
}

const PINNED = "Pinned";

function byDay(events: TimelineEvent[]): Map<string, TimelineEvent[]> {
  const days = new Map<string, TimelineEvent[]>();
  for (const event of events) {
    const day = event.pinned ? PINNED : dayHead(event.at);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return days;
}
