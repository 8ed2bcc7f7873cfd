import { useState, type SyntheticEvent } from "react";
import type { Task } from "@/api/types";
import { useFields } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { useLanding } from "../form-errors";
import { useTaskEdit } from "../task-edit";
import { bodyOf, changedOf, draftOf, LANDS, type TaskDraft } from "./draft";
import { TaskFields } from "./form";

/** All of a task, to be changed. */
export function EditTask({ task, onClose }: { task: Task; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(task));
  const fields = useFields("task");
  const { errors, above, check, land } = useLanding<keyof TaskDraft>(LANDS);
  const { change } = useTaskEdit({ quiet: true });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!check(draft.title.trim() ? {} : { title: "Say what is to be done." })) return;
    const body = fields.writable(changedOf(bodyOf(draft), bodyOf(draftOf(task))));
    if (Object.keys(body).length === 0) {
      onClose();
      return;
    }
    change.mutate({ task, body, said: "Task changed" }, { onSuccess: onClose, onError: land });
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Task"
      {...(task.subject ? { description: `On ${task.subject.name}` } : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="edit-task" busy={change.isPending && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form id="edit-task" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <TaskFields
          draft={draft}
          put={(part) => setDraft({ ...draft, ...part })}
          errors={errors}
          taskId={task.id}
          subjectId={task.subject?.id}
        />
      </form>
    </Overlay>
  );
}
