import { infiniteQueryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Ref, SubjectType } from "@/api/types";

export const TIMELINES = {
  opportunity: "/opportunities/{id}/timeline",
  account: "/accounts/{id}/timeline",
  contact: "/contacts/{id}/timeline",
  lead: "/leads/{id}/timeline",
} as const;

export interface TimelineFilter {
  kinds: string[];
  person: Ref | null;
  span: "" | "7" | "30" | "90" | "365" | "dates";
  /** With the span "dates": days, the last one included; either may be empty. */
  since: string;
  until: string;
  q: string;
}

export const NO_FILTER: TimelineFilter = { kinds: [], person: null, span: "", since: "", until: "", q: "" };

export const isFiltered = (f: TimelineFilter): boolean =>
  f.kinds.length > 0 || f.person !== null || f.span !== "" || f.q.trim() !== "";

export const KIND_CHIPS = [
  { id: "note", label: "Notes" },
  { id: "call", label: "Calls" },
  { id: "email", label: "E-mails" },
  { id: "meeting", label: "Meetings" },
  { id: "task", label: "Tasks" },
  { id: "stage", label: "Stages" },
  { id: "assignment", label: "Assignments" },
  { id: "change", label: "Changes" },
  { id: "file", label: "Files" },
  { id: "approval", label: "Approvals" },
  { id: "agent", label: "Agents" },
];

export const SPANS = [
  { id: "", label: "At any time" },
  { id: "7", label: "Last 7 days" },
  { id: "30", label: "Last 30 days" },
  { id: "90", label: "Last 90 days" },
  { id: "365", label: "Last year" },
  { id: "dates", label: "Between…" },
] as const;

/** Midnight, so many days from a day, where the browser is. */
function midnight(day: Date, days: number): string {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).toISOString();
}

const dayOf = (text: string): Date => new Date(`${text}T00:00`);

function time(f: TimelineFilter, now: Date) {
  if (f.span === "dates") {
    return {
      ...(f.since ? { from: midnight(dayOf(f.since), 0) } : {}),
      ...(f.until ? { to: midnight(dayOf(f.until), 1) } : {}),
    };
  }
  return f.span ? { from: midnight(now, -Number(f.span)) } : {};
}

/** As the server takes it. Days begin at midnight, so that the same question is asked all day. */
export function asked(f: TimelineFilter, now = new Date()) {
  return {
    ...(f.kinds.length > 0 ? { kind: [...f.kinds].sort().join(",") } : {}),
    ...(f.person ? { person: f.person.id } : {}),
    ...time(f, now),
    ...(f.q.trim() ? { q: f.q.trim() } : {}),
  };
}

export const timelineQuery = (type: SubjectType, id: string, filter: TimelineFilter = NO_FILTER) =>
  infiniteQueryOptions({
    queryKey: ["timeline", type, id, asked(filter)],
    queryFn: ({ pageParam, signal }) =>
      get(TIMELINES[type], {
        path: { id },
        query: { limit: 30, cursor: pageParam ?? undefined, ...asked(filter) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // While one narrows it, what was there stays; of another record nothing does.
    placeholderData: (old, query) => (query?.queryKey[2] === id ? old : undefined),
  });
