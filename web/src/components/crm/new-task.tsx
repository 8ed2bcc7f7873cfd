import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import { useFields, useMe } from "@/api/shared";
import type { Ref, SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { today } from "@/lib/format";
import { landErrors } from "./form-errors";
import { RefPicker } from "./pickers";
import { useTold } from "./use-undo";

const schema = z.object({
  title: z.string().check(z.trim(), z.minLength(1, "Say what is to be done.")),
  due_date: z.string(),
  priority: z.enum(["low", "normal", "high"]),
  notes: z.string(),
});
type Values = z.infer<typeof schema>;

export function NewTask({
  subject,
  onClose,
}: {
  subject?: { type: SubjectType; id: string; name: string } | undefined;
  onClose: () => void;
}) {
  const me = useMe();
  const client = useQueryClient();
  const told = useTold();
  const fields = useFields("task");
  const [assignee, setAssignee] = useState<Ref | null>({ id: me.user.id, name: me.user.name });
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { title: "", due_date: today(1), priority: "normal", notes: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      const { eventId } = await post("/tasks", {
        body: fields.writable({
          title: values.title,
          due_date: values.due_date || null,
          priority: values.priority,
          notes: values.notes || null,
          assignee_id: assignee?.id ?? me.user.id,
          ...(subject ? { [`${subject.type}_id`]: subject.id } : {}),
        }),
      });
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["timeline"] });
      told("Task added", eventId);
      onClose();
    } catch (error) {
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="New task"
      {...(subject ? { description: `On ${subject.name}` } : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-task" busy={isSubmitting && "Adding"}>
            Add task
          </Button>
        </>
      }
    >
      <form id="new-task" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="What is to be done" required error={errors.title?.message}>
          {(w) => <Input {...w} {...form.register("title")} autoFocus />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          {!fields.locks("due_date") && (
            <Field label="Due" error={errors.due_date?.message}>
              {(w) => <Input {...w} {...form.register("due_date")} type="date" />}
            </Field>
          )}
          {!fields.locks("priority") && (
            <Field label="Priority" error={errors.priority?.message}>
              {(w) => (
                <Select {...w} {...form.register("priority")}>
                  <option value="low">Low</option>
                  <option value="normal">Normal</option>
                  <option value="high">High</option>
                </Select>
              )}
            </Field>
          )}
        </div>
        <Field label="Who does it">
          {(w) => <RefPicker id={w.id} kind="user" value={assignee} onChange={setAssignee} />}
        </Field>
        {!fields.locks("notes") && (
          <Field label="Notes" error={errors.notes?.message}>
            {(w) => <Textarea {...w} {...form.register("notes")} />}
          </Field>
        )}
      </form>
    </Overlay>
  );
}
