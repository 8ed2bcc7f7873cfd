import { CalendarClock, Ellipsis, Mail, Pencil, Phone, Pin, PinOff, StickyNote, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import type { SubjectType, TimelineEvent } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Diff } from "@/components/ui/diff";
import { AgentMark, PersonMark, SystemMark } from "@/components/ui/marks";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { dateTime, time } from "@/lib/format";
import { useActivities } from "./activity-edit";
import { words } from "./event-words";
import { after, before } from "./show-value";
import { LoggedActivity } from "./timeline-activity";
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
  if (actor.kind === "automation")
    return <Badge kind="outline">Automation{actor.for ? `, for ${actor.for.name}` : ""}</Badge>;
  if (actor.kind === "import") return <Badge kind="outline">Import</Badge>;
  if (actor.kind === "key") return <Badge kind="outline">API</Badge>;
  if (actor.kind === "system") return <Badge kind="outline">Automatic</Badge>;
  return null;
}

interface Props {
  event: TimelineEvent;
  last: boolean;
  /** It came while one was reading. */
  arrived: boolean;
  mayUndo: boolean;
  record: { type: SubjectType; id: string };
}

export function TimelineRow({ event, last, arrived, mayUndo, record }: Props) {
  const undo = useUndo();
  const [editing, setEditing] = useState(false);
  const { verb, object } = words(event);
  const diffs = event.type.endsWith(".updated") || event.type === "proposal.created" ? event.changes : [];
  const { activity } = event;
  return (
    <li className={cn("group relative flex gap-2.5 pb-4", arrived && "animate-rise")}>
      {!last && <span aria-hidden className="absolute top-8 bottom-0.5 left-3.5 w-px bg-line-strong" />}
      <Mark event={event} />
      <div className="min-w-0 flex-1 pt-1">
        <p className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-cell text-fg-2">
          <span className="font-semibold text-fg">{event.actor.name}</span>
          <ActorBadge actor={event.actor} />
          <span>{verb}</span> <span className="font-semibold break-words text-fg">{object}</span>
          {event.type === "opportunity.deleted" && <Badge kind="bad">deleted</Badge>}
        </p>
        {activity && <LoggedActivity activity={activity} editing={editing} onDone={() => setEditing(false)} />}
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
          event.undoable &&
          !activity && (
            <Button variant="link" className="mt-0.5 text-meta" onClick={() => void undo(event.id)}>
              <Undo2 className="size-3!" /> Undo
            </Button>
          )
        )}
      </div>
      <time dateTime={event.at} title={dateTime(event.at)} className="shrink-0 pt-1 text-meta text-fg-3 tnum">
        {event.pinned ? dateTime(event.at) : time(event.at)}
      </time>
      <RowMenu event={event} mayPin={mayUndo} record={record} onEdit={() => setEditing(true)} />
    </li>
  );
}

function RowMenu(props: { event: TimelineEvent; mayPin: boolean; record: Props["record"]; onEdit: () => void }) {
  const { event, record } = props;
  const { drop, pin } = useActivities(record.type, record.id);
  const { activity } = event;
  const items: MenuEntry[] = [];
  if (activity?.may.update) items.push({ label: "Edit", icon: <Pencil />, run: props.onEdit });
  if (props.mayPin) {
    items.push({
      label: event.pinned ? "Unpin" : "Pin to the top",
      icon: event.pinned ? <PinOff /> : <Pin />,
      run: () => pin.mutate({ event: event.id, on: !event.pinned }),
    });
  }
  if (activity?.may.delete) {
    items.push("line", { label: "Delete", icon: <Trash2 />, bad: true, run: () => drop.mutate(activity) });
  }
  if (items.length === 0) return null;
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="quiet" size="iconRow" aria-label={`More about this ${activity ? activity.kind : "entry"}`}>
          <Ellipsis />
        </Button>
      }
      items={items}
    />
  );
}
