import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import { useFields } from "@/api/shared";
import type { Ref } from "@/api/types";
import { CustomInputs, useRequiredFields, type CustomValues } from "@/components/crm/custom-inputs";
import { Duplicates, useDuplicates } from "@/components/crm/duplicates";
import { customErrorsOf, landErrors } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";

const schema = z.object({
  first_name: z.string(),
  last_name: z.string().check(z.trim(), z.minLength(1, "Enter a last name.")),
  title: z.string(),
  email: z.union([z.literal(""), z.email("Enter an e-mail address.")]),
  phone: z.string(),
});
type Values = z.infer<typeof schema>;

export function NewContact({ account: first, onClose }: { account?: Ref | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const fields = useFields("contact");
  const [account, setAccount] = useState<Ref | null>(first ?? null);
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { first_name: "", last_name: "", title: "", email: "", phone: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const typed = useWatch({ control: form.control });
  const { found, blocked, anyway, refused } = useDuplicates("contact", {
    first_name: typed.first_name,
    last_name: typed.last_name,
    email: typed.email,
    phone: typed.phone,
    account_id: account?.id,
  });
  const required = useRequiredFields("contact");
  const [custom, setCustom] = useState<CustomValues>({});
  const [customErrors, setCustomErrors] = useState<Record<string, string>>({});
  const submit = form.handleSubmit(async (values) => {
    try {
      const body = {
        ...fields.writable(Object.fromEntries(Object.entries(values).filter(([, v]) => v !== ""))),
        ...(account ? { account_id: account.id } : {}),
        custom,
        allow_duplicates: anyway,
      };
      const { data, eventId } = await post("/contacts", { body });
      void client.invalidateQueries({ queryKey: ["contacts"] });
      onClose();
      await navigate({ to: "/contacts/$id", params: { id: data.id } });
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
      title="New contact"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-contact" busy={isSubmitting && "Adding"}>
            {anyway ? "Add anyway" : "Add contact"}
          </Button>
        </>
      }
    >
      <form id="new-contact" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <div className="grid grid-cols-2 gap-3">
          <Field label="First name" error={errors.first_name?.message}>
            {(w) => <Input {...w} {...form.register("first_name")} autoFocus />}
          </Field>
          <Field label="Last name" required error={errors.last_name?.message}>
            {(w) => <Input {...w} {...form.register("last_name")} />}
          </Field>
          {!fields.locks("title") && (
            <Field label="Title" error={errors.title?.message}>
              {(w) => <Input {...w} {...form.register("title")} />}
            </Field>
          )}
          {!fields.locks("phone") && (
            <Field label="Phone" error={errors.phone?.message}>
              {(w) => <Input {...w} {...form.register("phone")} type="tel" />}
            </Field>
          )}
        </div>
        {!fields.locks("email") && (
          <Field label="E-mail" error={errors.email?.message}>
            {(w) => <Input {...w} {...form.register("email")} type="email" />}
          </Field>
        )}
        <Field label="Account">
          {(w) => (
            <RefPicker id={w.id} kind="account" value={account} onChange={setAccount} placeholder="Find an account" />
          )}
        </Field>
        <Duplicates object="contact" found={found} blocked={blocked} />
        <CustomInputs fields={required} values={custom} errors={customErrors} onChange={setCustom} />
      </form>
    </Overlay>
  );
}
