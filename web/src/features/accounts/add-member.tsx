import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import type { Account, Ref } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { teamQuery } from "./team";

const optional = z.enum(["none", "read", "edit"]);
const schema = z.object({
  role: z.string().check(z.trim(), z.minLength(1, "Say what they do here.")),
  account_level: z.enum(["read", "edit"]),
  opportunity_level: optional,
  contact_level: optional,
});
type Values = z.infer<typeof schema>;
const LEVELS = [
  ["opportunity_level", "Its opportunities"],
  ["contact_level", "Its contacts"],
] as const;

export function AddMember({ account, onClose }: { account: Account; onClose: () => void }) {
  const client = useQueryClient();
  const told = useTold();
  const [person, setPerson] = useState<Ref | null>(null);
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { role: "", account_level: "read", opportunity_level: "none", contact_level: "none" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    if (!person) {
      form.setError("root", { message: "Choose a person." });
      return;
    }
    const level = (value: Values["contact_level"]) => (value === "none" ? null : value);
    try {
      const body = {
        ...values,
        user_id: person.id,
        opportunity_level: level(values.opportunity_level),
        contact_level: level(values.contact_level),
      };
      await post("/accounts/{id}/team", { path: { id: account.id }, body });
      void client.invalidateQueries({ queryKey: teamQuery(account.id).queryKey });
      void client.invalidateQueries({ queryKey: ["timeline"] });
      told(`${person.name} is on the team`, null);
      onClose();
    } catch (error) {
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a member"
      description={`They see ${account.name}, and what you choose of it.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="add-member" busy={isSubmitting && "Adding"}>
            Add member
          </Button>
        </>
      }
    >
      <form id="add-member" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Person" required>
          {(w) => <RefPicker id={w.id} kind="user" value={person} onChange={setPerson} placeholder="Choose a person" />}
        </Field>
        <Field label="Role" required error={errors.role?.message}>
          {(w) => <Input {...w} {...form.register("role")} placeholder="Solutions engineer" />}
        </Field>
        <div className="grid grid-cols-3 gap-3">
          <Field label="The account" error={errors.account_level?.message}>
            {(w) => (
              <Select {...w} {...form.register("account_level")}>
                <option value="read">Read</option>
                <option value="edit">Edit</option>
              </Select>
            )}
          </Field>
          {LEVELS.map(([name, label]) => (
            <Field key={name} label={label} error={errors[name]?.message}>
              {(w) => (
                <Select {...w} {...form.register(name)}>
                  <option value="none">Nothing more</option>
                  <option value="read">Read</option>
                  <option value="edit">Edit</option>
                </Select>
              )}
            </Field>
          ))}
        </div>
      </form>
    </Overlay>
  );
}
