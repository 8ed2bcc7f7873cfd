/** Activities as the forms write them: logged, put right, taken away, pinned. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { patch, post, put, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Activity, ActivityKind, Participant, SubjectType } from "@/api/types";
import { failed, told as say } from "@/components/ui/toast";
import { localTime } from "@/lib/format";
import { activityKind } from "./activity-kinds";
import { useTold } from "./use-undo";

/** What a form holds; empty is nothing. */
export interface Draft {
  kind: ActivityKind;
  subject: string;
  body: string;
  direction: "in" | "out" | "";
  minutes: string;
  outcome: string;
  /** As a field for date and time has it; empty is now. */
  at: string;
  private: boolean;
  participants: Participant[];
}

export const draftOf = (activity: Activity): Draft => ({
  kind: activity.kind,
  subject: activity.subject ?? "",
  body: activity.body ?? "",
  direction: activity.direction ?? "",
  minutes: activity.duration_minutes?.toString() ?? "",
  outcome: activity.outcome_id ?? "",
  at: localTime(new Date(activity.occurred_at)),
  private: activity.private,
  participants: activity.participants,
});

export const emptyDraft = (kind: ActivityKind): Draft => ({
  kind,
  subject: "",
  body: "",
  direction: kind === "call" || kind === "email" ? "out" : "",
  minutes: "",
  outcome: "",
  at: "",
  private: false,
  participants: [],
});

const whoOf = (p: Participant) =>
  p.contact_id
    ? { contact_id: p.contact_id }
    : p.user_id
      ? { user_id: p.user_id }
      : { address: p.address ?? "", ...(p.name && p.name !== p.address ? { name: p.name } : {}) };

/** What is sent: of a kind only what it can have. */
export function bodyOf(draft: Draft) {
  const kind = activityKind(draft.kind);
  return {
    kind: draft.kind,
    subject: draft.subject.trim() || null,
    body: draft.body.trim() || null,
    direction: kind.directed && draft.direction ? draft.direction : null,
    duration_minutes: kind.timed && draft.minutes ? Number(draft.minutes) : null,
    outcome_id: (kind.outcomes && draft.outcome) || null,
    private: draft.kind === "email" && draft.private,
    participants: draft.participants.map(whoOf),
  };
}

/** What of an activity differs; a time that shows the same minute is the same. */
export function changesOf(activity: Activity, draft: Draft): Record<string, unknown> {
  const [was, is] = [bodyOf(draftOf(activity)), bodyOf(draft)];
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(is)) {
    if (JSON.stringify(value) !== JSON.stringify(was[key as keyof typeof was])) changes[key] = value;
  }
  if (draft.at && draft.at !== draftOf(activity).at) changes.occurred_at = new Date(draft.at).toISOString();
  return changes;
}

export function useActivities(type?: SubjectType, id?: string) {
  const client = useQueryClient();
  const told = useTold();
  const settle = () =>
    Promise.all(["timeline", "trash", "activities"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  const log = useMutation({
    mutationFn: ({ draft, subject }: { draft: Draft; subject: { type: SubjectType; id: string } }) =>
      post("/activities", {
        body: {
          ...bodyOf(draft),
          [`${subject.type}_id`]: subject.id,
          ...(draft.at ? { occurred_at: new Date(draft.at).toISOString() } : {}),
        },
      }),
    onSuccess: ({ eventId }, { draft }) => told(activityKind(draft.kind).done, eventId),
    onError: (error) => failed("This was not saved", `${sentence(error)} What you wrote is kept.`),
    onSettled: settle,
  });
  const change = useMutation({
    mutationFn: ({ activity, body }: { activity: Activity; body: Record<string, unknown> }) =>
      patch("/activities/{id}", { path: { id: activity.id }, body, ifMatch: activity.version }),
    onSuccess: ({ eventId }) => told("Changed", eventId),
    onError: (error) => failed("This was not changed", `${sentence(error)} What you wrote is kept.`),
    onSettled: settle,
  });
  const drop = useMutation({
    mutationFn: (activity: Activity) =>
      remove("/activities/{id}", { path: { id: activity.id }, ifMatch: activity.version }),
    onSuccess: ({ eventId }, activity) => told(`${activityKind(activity.kind).label} deleted`, eventId),
    onError: (error) => failed("This was not deleted", sentence(error)),
    onSettled: settle,
  });
  const pin = useMutation({
    mutationFn: async ({ event, on }: { event: string; on: boolean }) => {
      const path = { object: type ?? "opportunity", id: id ?? "", event_id: event };
      await (on ? put : remove)("/timeline-pins/{object}/{id}/{event_id}", { path });
    },
    onSuccess: (_, { on }) => say(on ? "Pinned to the top" : "Not pinned any more"),
    onError: (error) => failed("This was not pinned", sentence(error)),
    onSettled: settle,
  });
  return { log, change, drop, pin };
}
