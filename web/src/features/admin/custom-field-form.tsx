import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { patch, post } from "@/api/client";
import { customFieldsQuery } from "@/api/shared";
import type { CustomField } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { z } from "@/lib/zod";
import { FieldOptions, type EditedOption } from "./field-options";

type Kind = CustomField["kind"];
export const KINDS: Record<Kind, string> = {
  text: "Text",
  long_text: "Long text",
  number: "Number",
  money: "Money",
  date: "Date",
  select: "One of a list",
  multi_select: "Several of a list",
  user: "Person",
  account: "Account",
  contact: "Contact",
  checkbox: "Yes or no",
  url: "Web address",
  email: "E-mail address",
  phone: "Phone number",
  formula: "Formula",
};
/** What lists can be quick by. */
const INDEXED: Kind[] = [
  "text",
  "number",
  "money",
  "date",
  "select",
  "user",
  "account",
  "contact",
  "checkbox",
  "email",
  "phone",
];

const schema = z.object({
  label: z.string().check(z.trim(), z.minLength(1, "Name the field.")),
  kind: z.string(),
  help: z.string(),
  section: z.string(),
  expression: z.string(),
  indexed: z.boolean(),
});
type Values = z.infer<typeof schema>;

export function CustomFieldForm(props: { object: CustomField["object"]; field?: CustomField; onClose: () => void }) {
  const { field } = props;
  const client = useQueryClient();
  const [required, setRequired] = useState(field?.required ?? false);
  const [options, setOptions] = useState<EditedOption[]>(field?.options ?? []);
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      label: field?.label ?? "",
      kind: field?.kind ?? "text",
      help: field?.help ?? "",
      section: field?.section ?? "",
      expression: field?.expression ?? "",
      indexed: field !== undefined && field.index !== "none",
    },
  });
  const { errors, isSubmitting } = form.formState;
  const kind = form.watch("kind") as Kind;
  const lists = kind === "select" || kind === "multi_select";
  const formula = kind === "formula";
  const submit = form.handleSubmit(async (v) => {
    const body = {
      label: v.label,
      help: v.help || null,
      section: v.section || null,
      required: required && !formula,
      indexed: v.indexed && INDEXED.includes(kind),
      ...(formula ? { expression: v.expression } : {}),
    };
    try {
      if (field)
        await patch("/custom-fields/{id}", {
          path: { id: field.id },
          body: { ...body, ...(lists ? { options } : {}) },
          ifMatch: field.version,
        });
      else
        await post("/custom-fields", {
          body: { ...body, object: props.object, kind, options: lists ? options.map((o) => o.label) : [] },
        });
      await client.invalidateQueries({ queryKey: customFieldsQuery().queryKey });
      props.onClose();
    } catch (error) {
      landErrors(error, Object.keys(v), form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={field ? `Edit ${field.label}` : "New custom field"}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="custom-field" busy={isSubmitting && "Saving"}>
            {field ? "Save field" : "Add field"}
          </Button>
        </>
      }
    >
      <form id="custom-field" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.label?.message}>
          {(w) => <Input {...w} {...form.register("label")} autoFocus maxLength={200} />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field
            label="It takes"
            error={errors.kind?.message}
            hint={field ? "Change it in the field’s menu." : undefined}
          >
            {(w) => (
              <Select {...w} {...form.register("kind")} disabled={field !== undefined}>
                {Object.entries(KINDS).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Under the heading" error={errors.section?.message}>
            {(w) => <Input {...w} {...form.register("section")} maxLength={100} />}
          </Field>
        </div>
        {formula && (
          <Field
            label="Formula"
            required
            error={errors.expression?.message}
            hint="In CEL, over the record’s fields: amount * 0.2, custom.seats * 12, close_date < today"
          >
            {(w) => (
              <Textarea
                {...w}
                {...form.register("expression")}
                maxLength={2000}
                spellCheck={false}
                className="font-mono"
              />
            )}
          </Field>
        )}
        {lists && <FieldOptions options={options} onChange={setOptions} />}
        <Field label="Help" error={errors.help?.message}>
          {(w) => <Input {...w} {...form.register("help")} maxLength={1000} />}
        </Field>
        {!formula && (
          <label className="flex min-h-8 items-center gap-2 text-cell">
            <Checkbox checked={required} onCheckedChange={(on) => setRequired(on === true)} />A new record must have it
          </label>
        )}
        {INDEXED.includes(kind) && (
          <label className="flex min-h-8 items-center gap-2 text-cell">
            <Checkbox
              checked={form.watch("indexed")}
              onCheckedChange={(on) => form.setValue("indexed", on === true, { shouldDirty: true })}
            />
            Quick in long lists
          </label>
        )}
        {errors.indexed && (
          <p role="alert" className="text-meta text-bad-text">
            {errors.indexed.message}
          </p>
        )}
      </form>
    </Overlay>
  );
}
