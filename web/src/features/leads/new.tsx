import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import { useFields, useOptions } from "@/api/shared";
import { CustomInputs, useRequiredFields, type CustomValues } from "@/components/crm/custom-inputs";
import { Duplicates, useDuplicates } from "@/components/crm/duplicates";
import { customErrorsOf, landErrors } from "@/components/crm/form-errors";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { RATINGS } from "./ratings";

const schema = z
  .object({
    first_name: z.string(),
    last_name: z.string(),
    company: z.string(),
    title: z.string(),
    email: z.union([z.literal(""), z.email("Enter an e-mail address.")]),
    phone: z.string(),
    website: z.string(),
    source_id: z.string(),
    rating: z.string(),
  })
  .check(
    z.refine((v) => (v.first_name + v.last_name + v.company).trim() !== "", {
      path: ["last_name"],
      message: "Enter a name or a company.",
    }),
  );
type Values = z.infer<typeof schema>;

const TEXTS: [keyof Values, string, string?][] = [
  ["first_name", "First name"],
  ["last_name", "Last name"],
  ["company", "Company"],
  ["title", "Title"],
  ["email", "E-mail", "email"],
  ["phone", "Phone", "tel"],
  ["website", "Website"],
];

export function NewLead({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const fields = useFields("lead");
  const sources = useOptions("source");
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      first_name: "",
      last_name: "",
      company: "",
      title: "",
      email: "",
      phone: "",
      website: "",
      source_id: "",
      rating: "",
    },
  });
  const { errors, isSubmitting } = form.formState;
  const typed = useWatch({ control: form.control });
  const { found, blocked, anyway, refused } = useDuplicates("lead", {
    first_name: typed.first_name,
    last_name: typed.last_name,
    company: typed.company,
    email: typed.email,
    phone: typed.phone,
    website: typed.website,
  });
  const required = useRequiredFields("lead");
  const [custom, setCustom] = useState<CustomValues>({});
  const [customErrors, setCustomErrors] = useState<Record<string, string>>({});
  const submit = form.handleSubmit(async (values) => {
    try {
      const said = fields.writable(Object.fromEntries(Object.entries(values).filter(([, v]) => v !== "")));
      const { data, eventId } = await post("/leads", { body: { ...said, custom, allow_duplicates: anyway } });
      void client.invalidateQueries({ queryKey: ["leads"] });
      onClose();
      await navigate({ to: "/leads/$id", params: { id: data.id } });
      told(`Added ${data.name}`, eventId);
    } catch (error) {
      refused(error);
      setCustomErrors(customErrorsOf(error));
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="New lead"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-lead" busy={isSubmitting && "Adding"}>
            {anyway ? "Add anyway" : "Add lead"}
          </Button>
        </>
      }
    >
      <form id="new-lead" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <div className="grid grid-cols-2 gap-3">
          {TEXTS.filter(([name]) => !fields.locks(name)).map(([name, label, type], i) => (
            <Field key={name} label={label} error={errors[name]?.message}>
              {(w) => <Input {...w} {...form.register(name)} type={type ?? "text"} autoFocus={i === 0} />}
            </Field>
          ))}
          {!fields.locks("source_id") && (
            <Field label="Source">
              {(w) => (
                <Select {...w} {...form.register("source_id")}>
                  <option value="">None</option>
                  {sources.map((s) => (
                    <option key={s.id} value={s.id}>
                      {s.name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          {!fields.locks("rating") && (
            <Field label="Rating">
              {(w) => (
                <Select {...w} {...form.register("rating")}>
                  <option value="">None</option>
                  {RATINGS.map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
        </div>
        <Duplicates object="lead" found={found} blocked={blocked} />
        <CustomInputs fields={required} values={custom} errors={customErrors} onChange={setCustom} />
      </form>
    </Overlay>
  );
}
