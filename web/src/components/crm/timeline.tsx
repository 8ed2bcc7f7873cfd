import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useMay } from "@/api/shared";
import type { SubjectType, TimelineEvent } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Empty } from "@/components/ui/states";
import { dayHead } from "@/lib/format";
import { TimelineRow } from "./timeline-row";
import { timelineQuery } from "./timeline-query";

const FILTERS: { id: string; label: string; keep: (e: TimelineEvent) => boolean }[] = [
  { id: "all", label: "Everything", keep: () => true },
  { id: "people", label: "People", keep: (e) => e.actor.kind === "user" },
  { id: "agents", label: "Agents", keep: (e) => e.actor.kind === "agent" || e.type.startsWith("proposal.") },
  { id: "activity", label: "Notes and calls", keep: (e) => e.type === "activity.logged" },
  { id: "changes", label: "Changes", keep: (e) => e.changes.length > 0 },
];

export function Timeline({ type, id, composer }: { type: SubjectType; id: string; composer?: ReactNode }) {
  const query = useSuspenseInfiniteQuery(timelineQuery(type, id));
  const mayUndo = useMay(type, "update");
  const [filter, setFilter] = useState("all");
  const keep = FILTERS.find((f) => f.id === filter)?.keep ?? (() => true);
  const events = query.data.pages.flatMap((p) => p.items).filter(keep);
  const days = byDay(events);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-1 basis-64">{composer}</div>
        <Select
          aria-label="Show in the timeline"
          value={filter}
          onChange={(e) => setFilter(e.target.value)}
          className="w-auto max-md:w-full"
        >
          {FILTERS.map((f) => (
            <option key={f.id} value={f.id}>
              {f.label}
            </option>
          ))}
        </Select>
      </div>
      {events.length === 0 && (
        <Empty icon={CalendarClock} title={filter === "all" ? "Nothing has happened yet" : "Nothing of this kind yet"}>
          Notes, calls and every change appear here, with who made them.
        </Empty>
      )}
      {[...days].map(([day, list]) => (
        <section key={day}>
          <h3 className="mb-2 text-meta font-medium text-fg-3">{day}</h3>
          <ol className="flex flex-col">
            {list.map((event, i) => (
              <TimelineRow key={event.id} event={event} last={i === list.length - 1} mayUndo={mayUndo} />
            ))}
          </ol>
        </section>
      ))}
      {query.hasNextPage && (
        <Button
          className="self-start"
          busy={query.isFetchingNextPage && "Loading"}
          onClick={() => void query.fetchNextPage()}
        >
          Show earlier
        </Button>
      )}
    </div>
  );
}

function byDay(events: TimelineEvent[]): Map<string, TimelineEvent[]> {
  const days = new Map<string, TimelineEvent[]>();
  for (const event of events) {
    const day = dayHead(event.at);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return days;
}
