/** The fields of a task, new or not. */
import type { ReactNode } from "react";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { useFields } from "@/api/shared";
import { localTime } from "@/lib/format";
import { RefPicker } from "../pickers";
import { Checklist } from "./checklist";
import type { TaskDraft } from "./draft";
import { PriorityField } from "./priority-field";
import { morning, REMINDERS, reminderChoice } from "./reminder";
import { RepeatField } from "./repeat-field";
import { WaitsFor } from "./waits-for";

interface Props {
  draft: TaskDraft;
  put: (change: Partial<TaskDraft>) => void;
  errors: Partial<Record<keyof TaskDraft, string>>;
  /** What others have made of a field meanwhile. */
  note?: (field: keyof TaskDraft) => ReactNode;
  /** The task itself, which does not wait for itself, and what it is about. */
  taskId?: string | undefined;
  subjectId?: string | undefined;
}

export function TaskFields({ draft, put, errors, note, taskId, subjectId }: Props) {
  const fields = useFields("task");
  return (
    <>
      <Field label="What is to be done" required error={errors.title} hint={note?.("title")}>
        {(w) => (
          <Input
            {...w}
            autoFocus
            value={draft.title}
            maxLength={500}
            onChange={(e) => put({ title: e.target.value })}
          />
        )}
      </Field>
      <When draft={draft} put={put} errors={errors} {...(note ? { note } : {})} />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Who does it" error={errors.assignee} hint={note?.("assignee")}>
          {(w) => (
            <RefPicker id={w.id} kind="user" value={draft.assignee} onChange={(who) => who && put({ assignee: who })} />
          )}
        </Field>
        {!fields.locks("priority") && (
          <PriorityField
            value={draft.priority}
            error={errors.priority}
            hint={note?.("priority")}
            onChange={(priority) => put({ priority })}
          />
        )}
      </div>
      {!fields.locks("checklist") && (
        <Field label="Checklist" error={errors.checklist} hint={note?.("checklist")}>
          {() => <Checklist ticked items={draft.checklist} onChange={(checklist) => put({ checklist })} />}
        </Field>
      )}
      {!fields.locks("blocked_by_ids") && (
        <Field label="Waits for" error={errors.waitsFor} hint={note?.("waitsFor")}>
          {(w) => (
            <WaitsFor
              id={w.id}
              value={draft.waitsFor}
              taskId={taskId}
              subjectId={subjectId}
              onChange={(waitsFor) => put({ waitsFor })}
            />
          )}
        </Field>
      )}
      {!fields.locks("notes") && (
        <Field label="Notes" error={errors.notes} hint={note?.("notes")}>
          {(w) => <Textarea {...w} value={draft.notes} onChange={(e) => put({ notes: e.target.value })} />}
        </Field>
      )}
    </>
  );
}

function When({ draft, put, errors, note }: Props) {
  const fields = useFields("task");
  const chosen = reminderChoice(draft.remindAt, draft.due);
  /** A reminder by the day goes with the day. */
  const move = (due: string) => {
    const goes = chosen !== "" && chosen !== "at";
    put({ due, ...(goes ? { remindAt: due ? morning(due, Number(chosen)) : "" } : {}) });
  };
  const remind = (choice: string) => {
    if (choice === "at") put({ remindAt: draft.remindAt || new Date(Date.now() + 3_600_000).toISOString() });
    else put({ remindAt: choice === "" ? "" : morning(draft.due, Number(choice)) });
  };
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        {!fields.locks("due_date") && (
          <Field label="Due" error={errors.due} hint={note?.("due")}>
            {(w) => <Input {...w} type="date" value={draft.due} onChange={(e) => move(e.target.value)} />}
          </Field>
        )}
        {!fields.locks("recurrence") && (
          <RepeatField
            value={draft.recurrence}
            error={errors.recurrence}
            hint={note?.("recurrence")}
            onChange={(recurrence) => put({ recurrence })}
          />
        )}
      </div>
      {!fields.locks("remind_at") && (
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label="Reminder"
            error={chosen === "at" ? undefined : errors.remindAt}
            hint={chosen === "at" ? undefined : note?.("remindAt")}
          >
            {(w) => (
              <Select {...w} value={chosen} onChange={(e) => remind(e.target.value)}>
                {REMINDERS.filter(([value]) => draft.due || value === "" || value === "at").map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {chosen === "at" && (
            <Field label="Remind at" error={errors.remindAt} hint={note?.("remindAt")}>
              {(w) => (
                <Input
                  {...w}
                  type="datetime-local"
                  value={localTime(new Date(draft.remindAt))}
                  onChange={(e) => e.target.value && put({ remindAt: new Date(e.target.value).toISOString() })}
                />
              )}
            </Field>
          )}
        </div>
      )}
    </>
  );
}
