import { useQuery } from "@tanstack/react-query";
import type { ReactNode, SyntheticEvent } from "react";
import type { Task } from "@/api/types";
import { isGone } from "@/api/problem";
import { useFields } from "@/api/shared";
import { date, dateTime } from "@/lib/format";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { useLanding } from "../form-errors";
import { GoneNote, useFieldNotes } from "../live/field-note";
import { gone } from "../live/marks";
import { useLiveDraft } from "../live/use-live-draft";
import { Restored } from "../new-record/restored";
import { useTaskEdit } from "../task-edit";
import { taskQuery } from "../task-query";
import { bodyOf, changedOf, draftOf, LANDS, type TaskDraft } from "./draft";
import { TaskFields } from "./form";

/** All of a task, to be changed. */
export function EditTask({ task: seen, onClose }: { task: Task; onClose: () => void }) {
  // As it is by now: others change it while it is open.
  const { data, error: unread } = useQuery(taskQuery(seen.id));
  const task = data ?? seen;
  const away = gone.useOf((all) => seen.id in all) || isGone(unread) || !task.may.update;
  const live = useLiveDraft({ type: "task", id: task.id }, draftOf(task));
  const { draft } = live;
  const note = useFieldNotes(task.id, live, NAMES, (field) => theirs(task, field));
  const fields = useFields("task");
  const { errors, above, check, land } = useLanding<keyof TaskDraft>(LANDS);
  const { change } = useTaskEdit({ quiet: true });
  const close = () => {
    live.forget();
    onClose();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!check(draft.title.trim() ? {} : { title: "Say what is to be done." })) return;
    const body = fields.writable(changedOf(bodyOf(draft), bodyOf(draftOf(task))));
    if (Object.keys(body).length === 0) {
      close();
      return;
    }
    change.mutate({ task, body, said: "Task changed" }, { onSuccess: close, onError: land });
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && close()}
      title="Task"
      {...(task.subject ? { description: `On ${task.subject.name}` } : {})}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" type="submit" form="edit-task" disabled={away} busy={change.isPending && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form id="edit-task" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {live.restored !== null && <Restored at={live.restored} onAnew={live.forget} />}
        {away && <GoneNote what="task" />}
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <TaskFields
          draft={draft}
          put={live.put}
          note={note}
          errors={errors}
          taskId={task.id}
          subjectId={task.subject?.id}
        />
      </form>
    </Overlay>
  );
}

const NAMES = Object.fromEntries(Object.entries(LANDS).map(([api, own]) => [own, api])) as Record<
  keyof TaskDraft,
  string
>;

/** A field as it is by now, in a line. */
function theirs(task: Task, field: keyof TaskDraft): ReactNode {
  switch (field) {
    case "title":
      return task.title;
    case "notes":
      return task.notes;
    case "due":
      return task.due_date && date(task.due_date);
    case "priority":
      return task.priority;
    case "assignee":
      return task.assignee.name;
    case "remindAt":
      return task.remind_at && dateTime(task.remind_at);
    case "recurrence":
      return task.recurrence;
    case "checklist":
      return task.checklist.map((step) => step.text).join(", ");
    case "waitsFor":
      return task.blocked_by.map((need) => need.title).join(", ");
  }
}
