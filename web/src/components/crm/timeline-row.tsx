import { CalendarClock, Mail, Phone, StickyNote, Undo2 } from "lucide-react";
import type { TimelineEvent } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Diff } from "@/components/ui/diff";
import { AgentMark, PersonMark, SystemMark } from "@/components/ui/marks";
import { dateTime, time } from "@/lib/format";
import { words } from "./event-words";
import { after, before } from "./show-value";
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
  if (actor.kind === "system") return <Badge kind="outline">Automatic</Badge>;
  return null;
}

export function TimelineRow({ event, last, mayUndo }: { event: TimelineEvent; last: boolean; mayUndo: boolean }) {
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
          mayUndo &&
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
