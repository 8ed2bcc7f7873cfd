import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { CalendarClock, Mail, Phone, StickyNote, Undo2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { SubjectType, TimelineEvent } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Diff } from "@/components/ui/diff";
import { Select } from "@/components/ui/input";
import { AgentMark, PersonMark, SystemMark } from "@/components/ui/marks";
import { Empty } from "@/components/ui/states";
import { dateTime, dayHead, time } from "@/lib/format";
import { words } from "./event-words";
import { after, before } from "./show-value";
import { timelineQuery } from "./timeline-query";
import { useUndo } from "./use-undo";

const GLYPHS = { note: StickyNote, call: Phone, email: Mail, meeting: CalendarClock };

function Mark({ event }: { event: TimelineEvent }) {
  const kind = event.type === "activity.logged" ? (event.data.kind as keyof typeof GLYPHS) : null;
  const Glyph = kind ? GLYPHS[kind] : null;
  if (Glyph) {
    return (
      <span className="grid size-7 shrink-0 place-items-center rounded-full border border-line-strong bg-surface text-fg-3">
        <Glyph className="size-3.5" aria-hidden />
      </span>
    );
  }
  const { actor } = event;
  if (actor.kind === "agent") return <AgentMark size={28} />;
  if (actor.kind === "user") return <PersonMark id={actor.id ?? actor.name} name={actor.name} size={28} />;
  return <SystemMark kind={actor.kind} />;
}

function ActorBadge({ actor }: { actor: TimelineEvent["actor"] }) {
  if (actor.kind === "agent") return <Badge kind="outline">Agent{actor.for ? `, for ${actor.for.name}` : ""}</Badge>;
  if (actor.kind === "import") return <Badge kind="outline">Import</Badge>;
  if (actor.kind === "key") return <Badge kind="outline">API</Badge>;
  if (actor.kind === "system") return <Badge kind="outline">Rule</Badge>;
  return null;
}

function EventRow({ event, last }: { event: TimelineEvent; last: boolean }) {
  const undo = useUndo();
  const { verb, object } = words(event);
  const body = typeof event.data.body === "string" ? event.data.body : "";
  const diffs = event.type.endsWith(".updated") || event.type === "proposal.created" ? event.changes : [];
  return (
    <li className="relative flex gap-2.5 pb-4">
      {!last && <span aria-hidden className="absolute top-8 bottom-0.5 left-3.5 w-px bg-line-strong" />}
      <Mark event={event} />
      <div className="min-w-0 flex-1 pt-1">
        <p className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-cell text-fg-2">
          <span className="font-semibold text-fg">{event.actor.name}</span>
          <ActorBadge actor={event.actor} />
          <span>{verb}</span> <span className="font-semibold text-fg">{object}</span>
          {event.type === "opportunity.deleted" && <Badge kind="bad">deleted</Badge>}
        </p>
        {body && (
          <p className="mt-1.5 max-w-[68ch] rounded-lg border border-line-strong px-3 py-2 text-cell whitespace-pre-wrap text-fg-2">
            {body}
          </p>
        )}
        {diffs.length > 0 && (
          <ul className="mt-1.5 flex flex-col gap-1">
            {diffs.map((c) => (
              <li key={c.field} className="flex flex-wrap items-center gap-2">
                {diffs.length > 1 && <span className="w-28 text-meta text-fg-3">{c.label}</span>}
                <Diff before={before(c)} after={after(c)} />
              </li>
            ))}
          </ul>
        )}
        {event.undone ? (
          <p className="mt-1 text-meta text-fg-3">Undone since</p>
        ) : (
          event.undoable && (
            <Button variant="link" className="mt-0.5 text-meta" onClick={() => void undo(event.id)}>
              <Undo2 className="size-3!" /> Undo
            </Button>
          )
        )}
      </div>
      <time dateTime={event.at} title={dateTime(event.at)} className="shrink-0 pt-1 text-meta text-fg-3 tnum">
        {time(event.at)}
      </time>
    </li>
  );
}

const FILTERS: { id: string; label: string; keep: (e: TimelineEvent) => boolean }[] = [
  { id: "all", label: "Everything", keep: () => true },
  { id: "people", label: "People", keep: (e) => e.actor.kind === "user" },
  { id: "agents", label: "Agents", keep: (e) => e.actor.kind === "agent" || e.type.startsWith("proposal.") },
  { id: "activity", label: "Notes and calls", keep: (e) => e.type === "activity.logged" },
  { id: "changes", label: "Changes", keep: (e) => e.changes.length > 0 },
];

export function Timeline({ type, id, composer }: { type: SubjectType; id: string; composer?: ReactNode }) {
  const query = useSuspenseInfiniteQuery(timelineQuery(type, id));
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
              <EventRow key={event.id} event={event} last={i === list.length - 1} />
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
