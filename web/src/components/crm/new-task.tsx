import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { post } from "@/api/client";
import { useFields, useMe } from "@/api/shared";
import type { SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { useLanding } from "./form-errors";
import { taskTemplatesQuery } from "./task-query";
import { bodyOf, filled, LANDS, newDraft, type TaskDraft } from "./tasks/draft";
import { TaskFields } from "./tasks/form";
import { useTold } from "./use-undo";

export function NewTask({
  subject,
  due,
  onClose,
}: {
  subject?: { type: SubjectType; id: string; name: string } | undefined;
  due?: string | undefined;
  onClose: () => void;
}) {
  const me = useMe();
  const client = useQueryClient();
  const told = useTold();
  const fields = useFields("task");
  const templates = (useQuery(taskTemplatesQuery()).data ?? []).filter((t) => !t.archived);
  const [draft, setDraft] = useState<TaskDraft>(() => ({
    ...newDraft({ id: me.user.id, name: me.user.name }),
    ...(due ? { due } : {}),
  }));
  const [busy, setBusy] = useState(false);
  const { errors, above, check, land } = useLanding<keyof TaskDraft>(LANDS);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!check(draft.title.trim() ? {} : { title: "Say what is to be done." })) return;
    setBusy(true);
    try {
      const about = subject ? { [`${subject.type}_id`]: subject.id } : {};
      const { eventId } = await post("/tasks", { body: fields.writable({ ...bodyOf(draft), ...about }) });
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["timeline"] });
      told("Task added", eventId);
      onClose();
    } catch (error) {
      land(error);
      setBusy(false);
    }
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="New task"
      {...(subject ? { description: `On ${subject.name}` } : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-task" busy={busy && "Adding"}>
            Add task
          </Button>
        </>
      }
    >
      <form id="new-task" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        {templates.length > 0 && (
          <Field label="Template">
            {(w) => (
              <Select
                {...w}
                defaultValue=""
                onChange={(e) => {
                  const template = templates.find((t) => t.id === e.target.value);
                  if (template) setDraft(filled(draft, template));
                }}
              >
                <option value="">None</option>
                {templates.map((t) => (
                  <option key={t.id} value={t.id}>
                    {t.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <TaskFields
          draft={draft}
          put={(part) => setDraft({ ...draft, ...part })}
          errors={errors}
          subjectId={subject?.id}
        />
      </form>
    </Overlay>
  );
}
