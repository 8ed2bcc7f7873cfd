/** Logs an activity, or puts one right: what it was, what became of it, who took part, when. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Activity, ActivityKind, SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { MOD } from "@/lib/keys";
import { changesOf, draftOf, emptyDraft, useActivities, type Draft } from "./activity-edit";
import { ActivityFacts } from "./activity-facts";
import { activityKind } from "./activity-kinds";
import { Clash } from "./live/field-note";
import { alike } from "./live/merge";
import { toText, type Mention } from "./notes/mentions";
import { NoteBox } from "./notes/note-box";
import { useNote } from "./notes/use-note";
import { blindTo, WithoutAccess, type Blind } from "./notes/without-access";
import { Participants } from "./participants";

interface Subject {
  type: SubjectType;
  id: string;
}

interface Props {
  /** What it is about; a new one needs it. */
  subject: Subject | null;
  first?: ActivityKind;
  /** What is put right, in place of a new one. */
  activity?: Activity;
  onDone: () => void;
}

export function ActivityForm({ subject, first = "note", activity, onDone }: Props) {
  const [draft, setDraft] = useState<Draft>(() => (activity ? draftOf(activity) : emptyDraft(first)));
  // What it was when it was opened: only what was changed since is sent, whatever others have put right meanwhile.
  const [began, setBegan] = useState(activity);
  const [empty, setEmpty] = useState(false);
  const note = useNote(subject, activity);
  const [blind, setBlind] = useState<Blind | null>(null);
  const { log, change } = useActivities();
  const kind = activityKind(draft.kind);
  const set = (more: Partial<Draft>) => setDraft((old) => ({ ...old, ...more }));
  const about = subject ?? activity?.about ?? null;
  const done = () => {
    note.drop();
    onDone();
  };
  const write = (body: string) => {
    const whole = { ...draft, body };
    if (activity && began) {
      const changes = changesOf(began, whole);
      if (Object.keys(changes).length === 0) done();
      else change.mutate({ activity, body: changes }, { onSuccess: done });
    } else if (subject) log.mutate({ draft: whole, subject }, { onSuccess: done });
  };
  const ask = useMutation({
    mutationFn: async (mentions: Mention[]) => (about ? blindTo(about as Subject, mentions) : null),
    onSuccess: (found) => (found ? setBlind(found) : write(note.kept().body)),
    // Whether they may see it is only asked to be helpful.
    onError: () => write(note.kept().body),
  });
  const save = () => {
    const said = note.text.trim() || draft.subject.trim() || (draft.kind !== "note" && draft.outcome);
    setEmpty(!said);
    if (!said || ask.isPending || log.isPending || change.isPending) return;
    const { body, mentions } = note.kept();
    const before = activity ? toText(activity.body ?? "").mentions.map((m) => m.id) : [];
    const named = draft.kind === "email" ? [] : mentions.filter((m) => !before.includes(m.id));
    if (named.some((m) => m.kind === "person" || m.kind === "team")) ask.mutate(named);
    else write(body);
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
        if (e.key === "Escape" && !note.text && !e.defaultPrevented) onDone();
      }}
    >
      <ActivityFacts draft={draft} onChange={set} owned={!activity || activity.may.delete} />
      <NoteBox
        autoFocus={subject !== null || activity !== undefined}
        aria-label="What happened"
        aria-invalid={empty}
        placeholder={
          draft.kind === "note" ? "Write a note; @ names people, # records" : "What was said, and what comes next"
        }
        className={activity ? "min-h-28" : ""}
        value={note.text}
        onText={note.setText}
        onPick={note.pick}
      />
      {activity && began && !alike(activity.body, began.body) && (
        <p className="text-meta text-fg-3">
          <Clash
            mark={undefined}
            theirs={toText(activity.body ?? "").text}
            onTake={() => {
              note.setText(toText(activity.body ?? "").text);
              setBegan({ ...began, body: activity.body ?? null });
            }}
          />
        </p>
      )}
      {blind && about && (
        <WithoutAccess
          blind={blind}
          subject={about as Subject}
          onSave={() => write(note.kept().body)}
          onBack={() => setBlind(null)}
        />
      )}
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
        <Button size="card" variant="quiet" onClick={done}>
          Cancel
        </Button>
        <Button
          size="card"
          variant="primary"
          type="submit"
          disabled={!activity && !subject}
          busy={(ask.isPending || log.isPending || change.isPending) && "Saving"}
        >
          {activity ? "Save changes" : `Save ${kind.label.toLowerCase()}`}
        </Button>
      </div>
    </form>
  );
}
