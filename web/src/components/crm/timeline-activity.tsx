/** What was logged: its words, its facts, and what can be done with it. */
import { Lock } from "lucide-react";
import { Suspense, useState } from "react";
import type { Activity } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { dateTime } from "@/lib/format";
import { loadable } from "@/lib/loadable";

const ActivityHistory = loadable(() => import("./activity-history").then((m) => m.ActivityHistory));
const EmailThread = loadable(() => import("./email-thread").then((m) => m.EmailThread));
const NoteBody = loadable(() => import("./notes/note-body").then((m) => m.NoteBody));
const Reactions = loadable(() => import("./notes/reactions").then((m) => m.Reactions));
const ActivityForm = loadable(() => import("./activity-form").then((m) => m.ActivityForm));

const people = (activity: Activity): string => activity.participants.map((p) => p.name).join(", ");

export function LoggedActivity(props: { activity: Activity; editing: boolean; onDone: () => void }) {
  const { activity } = props;
  const [history, setHistory] = useState(false);
  const [thread, setThread] = useState(false);
  if (props.editing) {
    return (
      <div className="mt-1.5 max-w-2xl rounded-lg border border-line-strong bg-surface p-2.5">
        <Suspense>
          <ActivityForm subject={null} activity={activity} onDone={props.onDone} fallback={null} />
        </Suspense>
      </div>
    );
  }
  return (
    <>
      <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-meta text-fg-3 empty:hidden">
        {activity.outcome && <Badge>{activity.outcome.name}</Badge>}
        {activity.direction && <span>{activity.direction === "in" ? "from them" : "from us"}</span>}
        {activity.participants.length > 0 && <span>with {people(activity)}</span>}
        {activity.private && (
          <span className="flex items-center gap-1">
            <Lock className="size-3" aria-hidden /> only you see it
          </span>
        )}
        {activity.thread_id && (
          <Button variant="link" className="text-meta" aria-expanded={thread} onClick={() => setThread(!thread)}>
            conversation
          </Button>
        )}
        {activity.edited_at && (
          <Button
            variant="link"
            className="text-meta"
            aria-expanded={history}
            title={dateTime(activity.edited_at)}
            onClick={() => setHistory(!history)}
          >
            edited
          </Button>
        )}
      </p>
      {activity.body && (
        <div className="mt-1.5 max-w-[68ch] rounded-lg border border-line-strong px-3 py-2 text-cell break-words whitespace-pre-wrap text-fg-2">
          {activity.kind === "email" ? (
            activity.body
          ) : (
            <NoteBody body={activity.body} mentions={activity.mentions} fallback={activity.body} />
          )}
        </div>
      )}
      {activity.kind !== "email" && <Reactions activity={activity} fallback={<div className="mt-1 h-6" />} />}
      {thread && <EmailThread id={activity.id} fallback={null} />}
      {history && <ActivityHistory id={activity.id} fallback={null} />}
    </>
  );
}
