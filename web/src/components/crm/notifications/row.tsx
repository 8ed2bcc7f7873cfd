/** A notification in a list: what happened, on which record, and what can be done with it. */
import { Link } from "@tanstack/react-router";
import { AlarmClock, AlarmClockOff, Check, CircleDot } from "lucide-react";
import type { Notification } from "@/api/types";
import { Button } from "@/components/ui/button";
import { PersonMark, SystemMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { ago, dateTime, number } from "@/lib/format";
import { useNotificationActions } from "./query";
import { changeWords, snoozeTimes, target, words } from "./words";

interface Props {
  notification: Notification;
  current?: boolean;
  /** The panel closes when one is opened. */
  onOpen?: () => void;
}

/** A note's beginning without the marks of its Markdown. */
const bare = (text: string): string => text.replace(/\*\*|~~|`/g, "");

function Told({ notification: n }: { notification: Notification }) {
  const { who, did, what } = words(n);
  const lines = changeWords(n);
  return (
    <>
      <span className="block text-cell break-words text-fg-2">
        {who && <span className="font-semibold text-fg">{who} </span>}
        {did} <span className="font-semibold text-fg">{what}</span>
      </span>
      {lines.map((line) => (
        <span key={line} className="block text-meta break-words text-fg-2">
          {line}
        </span>
      ))}
      {n.excerpt && <span className="line-clamp-2 text-meta break-words text-fg-2">{bare(n.excerpt)}</span>}
      <span className="block text-meta text-fg-3">
        <time dateTime={n.created_at} title={dateTime(n.created_at)}>
          {ago(n.created_at)}
        </time>
        {n.others > 0 && ` · and ${number(n.others)} more on it`}
        {n.snoozed_until && ` · until ${dateTime(n.snoozed_until)}`}
      </span>
    </>
  );
}

export function NotificationRow({ notification: n, current = false, onOpen }: Props) {
  const { mark, snooze } = useNotificationActions();
  const which = { object: n.record.type, record_id: n.record.id };
  const unread = !n.read_at;
  const open = () => {
    if (unread) mark.mutate({ which, read: true });
    onOpen?.();
  };
  return (
    <li
      data-notification={n.id}
      aria-current={current || undefined}
      className={cn(
        "group flex items-start gap-1 border-b border-line pr-2 last:border-b-0 hover:bg-muted",
        current && "bg-muted",
      )}
    >
      <Link {...target(n)} onClick={open} className="flex min-w-0 flex-1 items-start gap-2.5 py-2.5 pl-3">
        <span aria-hidden className={cn("mt-2.5 size-2 shrink-0 rounded-full", unread && "bg-accent")} />
        {n.actor ? <PersonMark id={n.actor.id} name={n.actor.name} size={28} /> : <SystemMark kind="system" />}
        <span className="min-w-0 flex-1">
          {unread && <span className="sr-only">Unread: </span>}
          <Told notification={n} />
        </span>
      </Link>
      <span className="flex shrink-0 py-1.5">
        <Button
          variant="quiet"
          size="icon"
          className="max-md:size-11"
          aria-label={unread ? "Mark as read" : "Mark as unread"}
          onClick={() => mark.mutate({ which, read: unread })}
        >
          {unread ? <Check /> : <CircleDot />}
        </Button>
        {n.snoozed_until ? (
          <Button
            variant="quiet"
            size="icon"
            className="max-md:size-11"
            aria-label="Bring back now"
            onClick={() => snooze.mutate({ which, until: null })}
          >
            <AlarmClockOff />
          </Button>
        ) : (
          <Menu
            align="end"
            trigger={
              <Button variant="quiet" size="icon" className="max-md:size-11" aria-label="Put off">
                <AlarmClock />
              </Button>
            }
            items={snoozeTimes().map(({ label, until }) => ({
              label,
              run: () => snooze.mutate({ which, until }),
            }))}
          />
        )}
      </span>
    </li>
  );
}
