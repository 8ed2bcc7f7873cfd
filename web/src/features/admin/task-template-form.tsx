import { useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { patch, post } from "@/api/client";
import type { TaskStep, TaskTemplate } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { taskTemplatesQuery } from "@/components/crm/task-query";
import { Checklist } from "@/components/crm/tasks/checklist";
import { PriorityField } from "@/components/crm/tasks/priority-field";
import { RepeatField } from "@/components/crm/tasks/repeat-field";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";

interface Draft {
  name: string;
  title: string;
  notes: string;
  priority: TaskTemplate["priority"];
  days: string;
  workingDays: boolean;
  recurrence: string;
  checklist: TaskStep[];
}

const LANDS = {
  name: "name",
  title: "title",
  notes: "notes",
  priority: "priority",
  due_in_days: "days",
  working_days: "workingDays",
  recurrence: "recurrence",
  checklist: "checklist",
} as const satisfies Record<string, keyof Draft>;

const draftOf = (t: TaskTemplate | undefined): Draft => ({
  name: t?.name ?? "",
  title: t?.title ?? "",
  notes: t?.notes ?? "",
  priority: t?.priority ?? "normal",
  days: t ? (t.due_in_days?.toString() ?? "") : "1",
  workingDays: t?.working_days ?? true,
  recurrence: t?.recurrence ?? "",
  checklist: t?.checklist ?? [],
});

const bodyOf = (d: Draft) => ({
  name: d.name.trim(),
  title: d.title.trim(),
  notes: d.notes.trim() || null,
  priority: d.priority,
  due_in_days: d.days.trim() === "" ? null : Number(d.days),
  working_days: d.workingDays,
  recurrence: d.recurrence || null,
  checklist: d.checklist.filter((item) => item.text.trim() !== ""),
});

export function TaskTemplateForm({ template, onClose }: { template?: TaskTemplate; onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(template));
  const [busy, setBusy] = useState(false);
  const { errors, above, check, land } = useLanding<keyof Draft>(LANDS);
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const wrong = {
      ...(draft.name.trim() ? {} : { name: "Name the template." }),
      ...(draft.title.trim() ? {} : { title: "Say what is to be done." }),
      ...(/^\d*$/.test(draft.days.trim()) ? {} : { days: "A number of days, or nothing." }),
    };
    if (!check(wrong)) return;
    setBusy(true);
    try {
      const body = bodyOf(draft);
      if (template) await patch("/task-templates/{id}", { path: { id: template.id }, body, ifMatch: template.version });
      else await post("/task-templates", { body });
      await client.invalidateQueries({ queryKey: taskTemplatesQuery().queryKey });
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
      title={template ? `Edit ${template.name}` : "New task template"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="task-template" busy={busy && "Saving"}>
            {template ? "Save template" : "Add template"}
          </Button>
        </>
      }
    >
      <form id="task-template" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label="Name" required error={errors.name}>
          {(w) => (
            <Input
              {...w}
              autoFocus
              value={draft.name}
              maxLength={200}
              onChange={(e) => put({ name: e.target.value })}
            />
          )}
        </Field>
        <Field label="What is to be done" required error={errors.title}>
          {(w) => <Input {...w} value={draft.title} maxLength={500} onChange={(e) => put({ title: e.target.value })} />}
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Due in so many days" error={errors.days} hint="Empty: without a date">
            {(w) => (
              <Input {...w} inputMode="numeric" value={draft.days} onChange={(e) => put({ days: e.target.value })} />
            )}
          </Field>
          <PriorityField value={draft.priority} error={errors.priority} onChange={(priority) => put({ priority })} />
        </div>
        <label className="flex min-h-8 items-center gap-2 text-cell">
          <Checkbox checked={draft.workingDays} onCheckedChange={(on) => put({ workingDays: on === true })} />
          Saturdays and Sundays don’t count
        </label>
        <RepeatField
          value={draft.recurrence}
          error={errors.recurrence}
          onChange={(recurrence) => put({ recurrence })}
        />
        <Field label="Checklist" error={errors.checklist}>
          {() => <Checklist items={draft.checklist} onChange={(checklist) => put({ checklist })} />}
        </Field>
        <Field label="Notes" error={errors.notes}>
          {(w) => <Textarea {...w} value={draft.notes} onChange={(e) => put({ notes: e.target.value })} />}
        </Field>
      </form>
    </Overlay>
  );
}
