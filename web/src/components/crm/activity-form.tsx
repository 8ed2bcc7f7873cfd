/** Logs an activity, or puts one right: what it was, what became of it, who took part, when. */
import { useState } from "react";
import type { Activity, ActivityKind, SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/input";
import { MOD } from "@/lib/keys";
import { changesOf, draftOf, emptyDraft, useActivities, type Draft } from "./activity-edit";
import { ActivityFacts } from "./activity-facts";
import { activityKind } from "./activity-kinds";
import { Participants } from "./participants";

interface Props {
  /** What it is about; a new one needs it. */
  subject: { type: SubjectType; id: string } | null;
  first?: ActivityKind;
  /** What is put right, in place of a new one. */
  activity?: Activity;
  onDone: () => void;
}

export function ActivityForm({ subject, first = "note", activity, onDone }: Props) {
  const [draft, setDraft] = useState<Draft>(() => (activity ? draftOf(activity) : emptyDraft(first)));
  const [empty, setEmpty] = useState(false);
  const { log, change } = useActivities();
  const kind = activityKind(draft.kind);
  const set = (more: Partial<Draft>) => setDraft((old) => ({ ...old, ...more }));
  const save = () => {
    const said = draft.body.trim() || draft.subject.trim() || (draft.kind !== "note" && draft.outcome);
    setEmpty(!said);
    if (!said) return;
    if (activity) {
      const body = changesOf(activity, draft);
      if (Object.keys(body).length === 0) onDone();
      else change.mutate({ activity, body }, { onSuccess: onDone });
    } else if (subject) log.mutate({ draft, subject }, { onSuccess: onDone });
  };
  return (
    <form
      aria-label={activity ? `Change this ${kind.label.toLowerCase()}` : "Log an activity"}
      className="flex flex-col gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        save();
      }}
      onKeyDown={(e) => {
        if (e.key === "Enter" && (e.metaKey || e.ctrlKey)) save();
        if (e.key === "Escape" && !draft.body && !e.defaultPrevented) onDone();
      }}
    >
      <ActivityFacts draft={draft} onChange={set} owned={!activity || activity.may.delete} />
      <Textarea
        autoFocus={subject !== null || activity !== undefined}
        aria-label="What happened"
        aria-invalid={empty}
        placeholder={draft.kind === "note" ? "Write a note" : "What was said, and what comes next"}
        className={activity ? "min-h-28" : ""}
        value={draft.body}
        onChange={(e) => set({ body: e.target.value })}
      />
      {empty && (
        <p role="alert" className="text-meta text-bad-text">
          Say what happened{kind.outcomes ? ", or choose an outcome" : ""}.
        </p>
      )}
      {draft.kind !== "note" && (
        <Participants people={draft.participants} onChange={(participants) => set({ participants })} />
      )}
      <div className="flex items-center justify-end gap-2">
        <span className="mr-auto text-meta text-fg-3 pointer-coarse:hidden">{MOD} Enter saves</span>
        <Button size="card" variant="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button
          size="card"
          variant="primary"
          type="submit"
          disabled={!activity && !subject}
          busy={(log.isPending || change.isPending) && "Saving"}
        >
          {activity ? "Save changes" : `Save ${kind.label.toLowerCase()}`}
        </Button>
      </div>
    </form>
  );
}
