import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Controller, useForm } from "react-hook-form";
import { patch, post } from "@/api/client";
import { useMe, useOptions, usersQuery } from "@/api/shared";
import type { WebForm } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { Asked } from "./asked";
import { DeleteForm } from "./delete";
import { Embed } from "./embed";
import { Entries } from "./entries";
import { webFormsQuery } from "./queries";
import { bodyOf, schema, valuesOf, type Values } from "./values";

export function FormEditor({ form: stored }: { form: WebForm | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useMe().user;
  const sources = useOptions("source", stored?.source_id ?? null);
  const people = useQuery(usersQuery()).data ?? [];
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: valuesOf(stored, me.id) });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    const body = bodyOf(values);
    try {
      const { data } = await (stored
        ? patch("/web-forms/{id}", { path: { id: stored.id }, ifMatch: stored.version, body })
        : post("/web-forms", { body }));
      await client.invalidateQueries({ queryKey: webFormsQuery().queryKey });
      told(stored ? "Form saved" : "Form added; it is open");
      if (!stored) await navigate({ to: "/admin/web-forms/$id", params: { id: data.id } });
    } catch (error) {
      landErrors(error, Object.keys(schema.shape), form.setError);
    }
  });
  const line = (name: "title" | "redirect_url", label: string, more: { hint?: string; placeholder?: string }) => (
    <Field label={label} required={name === "title"} error={errors[name]?.message} hint={more.hint}>
      {(w) => <Input {...w} {...form.register(name)} placeholder={more.placeholder} />}
    </Field>
  );
  const text = (name: "intro" | "thanks" | "origins", label: string, hint?: string) => (
    <Field label={label} error={errors[name]?.message} hint={hint}>
      {(w) => <Textarea {...w} {...form.register(name)} rows={name === "origins" ? 2 : 3} />}
    </Field>
  );
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <h1 className="text-title text-fg">{stored ? stored.title : "New web form"}</h1>
      {stored && <Embed form={stored} />}
      {stored && stored.waiting > 0 && <Entries form={stored} />}
      <form noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        {line("title", "Title", { placeholder: "Contact us" })}
        {text("intro", "Above the fields")}
        <Controller
          control={form.control}
          name="fields"
          render={({ field }) => (
            <Asked fields={field.value} onChange={field.onChange} error={errors.fields?.message} />
          )}
        />
        <div className="grid gap-3 md:grid-cols-2">
          <Field label="Source of its leads" error={errors.source_id?.message}>
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
          <Controller
            control={form.control}
            name="owner_id"
            render={({ field }) => (
              <Field
                label="Owner when no rule takes a lead"
                error={errors.owner_id?.message}
                hint="Assignment rules come first."
              >
                {(w) => (
                  <RefPicker
                    id={w.id}
                    kind="user"
                    value={{ id: field.value, name: people.find((u) => u.id === field.value)?.name ?? "…" }}
                    onChange={(ref) => field.onChange(ref?.id ?? me.id)}
                  />
                )}
              </Field>
            )}
          />
        </div>
        {text("thanks", "What is said when it has been sent")}
        {line("redirect_url", "Or go to this page instead", { placeholder: "https://www.example.com/thanks" })}
        {text(
          "origins",
          "Sites that may show it",
          "One a line, as https://www.example.com. Without any it can’t be framed.",
        )}
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary" type="submit" busy={isSubmitting && "Saving"}>
            {stored ? "Save form" : "Add form"}
          </Button>
          <Button type="button" onClick={() => void navigate({ to: "/admin/web-forms" })}>
            Back to all
          </Button>
          {stored && <DeleteForm form={stored} />}
        </div>
      </form>
    </div>
  );
}
