/** What comes onto a timeline while one reads it: it slides in where one sees it come, and waits where that would move what one reads. */
import { useCallback, useEffect, useState, type FocusEvent } from "react";
import { useMe } from "@/api/shared";
import type { TimelineEvent } from "@/api/types";

interface Shown {
  /** What was asked: another question begins anew. */
  of: string;
  /** The newest that is shown. */
  newest: string;
  /** What has come since. */
  arrived: ReadonlySet<string>;
  /** All that was shown then: what is new pushes none of it off the end of the page. */
  events: TimelineEvent[];
}

const NONE: ReadonlySet<string> = new Set();
const newestOf = (events: TimelineEvent[]): string => events.reduce((last, e) => (e.at > last ? e.at : last), "");

/** `of` is what was asked for; `ready` once the answer is there. */
export function useArrived(of: string, events: TimelineEvent[], ready: boolean) {
  const me = useMe().user.id;
  const [top, setTop] = useState<HTMLElement | null>(null);
  const [passed, setPassed] = useState(false);
  const [writes, setWrites] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    if (!top) return undefined;
    const observer = new IntersectionObserver((entries) => {
      const entry = entries.at(-1);
      if (entry) setPassed(!entry.isIntersecting && entry.boundingClientRect.top < window.innerHeight / 2);
    });
    observer.observe(top);
    return () => observer.disconnect();
  }, [top]);
  const newest = newestOf(events);
  const begun = shown?.of === of ? shown : null;
  const fresh = begun ? events.filter((e) => e.at > begun.newest && !e.pinned) : [];
  const waits = (e: TimelineEvent) => (passed || writes) && e.actor.id !== me && fresh.includes(e);
  const waiting = fresh.filter(waits);
  if (ready && (!begun || (newest > begun.newest && waiting.length === 0)))
    setShown({ of, newest, events, arrived: begun ? new Set([...begun.arrived, ...fresh.map((e) => e.id)]) : NONE });
  const oldest = events.reduce((first, e) => (e.at < first ? e.at : first), newest);
  const pushed = waiting.length > 0 && begun ? begun.events.filter((e) => e.at < oldest) : [];
  const reveal = useCallback(() => {
    setPassed(false);
    setWrites(false);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    top?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }, [top]);
  return {
    /** Stands above the newest. */
    top: setTop,
    events: waiting.length > 0 ? [...events.filter((e) => !waiting.includes(e)), ...pushed] : events,
    waiting: waiting.length,
    /** For what is among the entries: while something is written there, none moves. */
    writing: {
      onFocus: (e: FocusEvent) => setWrites(e.target instanceof HTMLElement && e.target.matches("input, textarea")),
      onBlur: () => setWrites(false),
    },
    reveal,
    arrived: (id: string): boolean => begun?.arrived.has(id) === true,
  };
}
