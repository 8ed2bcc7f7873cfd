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

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the account.")),
  website: z.string(),
  phone: z.string(),
  industry_id: z.string(),
  country: z.string(),
});
type Values = z.infer<typeof schema>;

export function NewAccount({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const told = useTold();
  const industries = useOptions("industry");
  const fields = useFields("account");
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { name: "", website: "", phone: "", industry_id: "", country: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const typed = useWatch({ control: form.control });
  const { found, blocked, anyway, refused } = useDuplicates("account", {
    name: typed.name,
    website: typed.website,
    phone: typed.phone,
  });
  const required = useRequiredFields("account");
  const [custom, setCustom] = useState<CustomValues>({});
  const [customErrors, setCustomErrors] = useState<Record<string, string>>({});
  const submit = form.handleSubmit(async (values) => {
    try {
      const body = Object.fromEntries(Object.entries(values).filter(([, v]) => v !== ""));
      const { data, eventId } = await post("/accounts", {
        body: { ...fields.writable(body), custom, allow_duplicates: anyway },
      });
      void client.invalidateQueries({ queryKey: ["accounts"] });
      onClose();
      await navigate({ to: "/accounts/$id", params: { id: data.id } });
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
      title="New account"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-account" busy={isSubmitting && "Adding"}>
            {anyway ? "Add anyway" : "Add account"}
          </Button>
        </>
      }
    >
      <form id="new-account" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          {!fields.locks("website") && (
            <Field label="Website" error={errors.website?.message}>
              {(w) => <Input {...w} {...form.register("website")} type="url" />}
            </Field>
          )}
          {!fields.locks("phone") && (
            <Field label="Phone" error={errors.phone?.message}>
              {(w) => <Input {...w} {...form.register("phone")} type="tel" />}
            </Field>
          )}
          {!fields.locks("industry_id") && (
            <Field label="Industry" error={errors.industry_id?.message}>
              {(w) => (
                <Select {...w} {...form.register("industry_id")}>
                  <option value="">None</option>
                  {industries.map((o) => (
                    <option key={o.id} value={o.id}>
                      {o.name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          {!fields.locks("country") && (
            <Field label="Country" error={errors.country?.message}>
              {(w) => <Input {...w} {...form.register("country")} />}
            </Field>
          )}
        </div>
        <Duplicates object="account" found={found} blocked={blocked} />
        <CustomInputs fields={required} values={custom} errors={customErrors} onChange={setCustom} />
      </form>
    </Overlay>
  );
}
