import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { patch, post } from "@/api/client";
import { useMe } from "@/api/shared";
import type { PriceList } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { z } from "@/lib/zod";
import { priceListsQuery } from "@/components/crm/billing";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the list.")),
  currency: z.string().check(z.regex(/^[A-Za-z]{3}$/, "A code of three letters, like EUR.")),
  valid_from: z.string(),
  valid_to: z.string(),
  default: z.boolean(),
});
type Values = z.infer<typeof schema>;

export function PriceListForm({ list, onClose }: { list?: PriceList; onClose: () => void }) {
  const client = useQueryClient();
  const own = useMe().organisation.currency;
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      name: list?.name ?? "",
      currency: list?.currency ?? own,
      valid_from: list?.valid_from ?? "",
      valid_to: list?.valid_to ?? "",
      default: list?.default ?? false,
    },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ currency, ...values }) => {
    const body = { ...values, valid_from: values.valid_from || null, valid_to: values.valid_to || null };
    try {
      if (list) await patch("/price-lists/{id}", { path: { id: list.id }, body, ifMatch: list.version });
      else await post("/price-lists", { body: { ...body, currency: currency.toUpperCase() } });
      await client.invalidateQueries({ queryKey: priceListsQuery().queryKey });
      onClose();
    } catch (error) {
      landErrors(error, [...Object.keys(values), "currency"], form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={list ? `Edit ${list.name}` : "New price list"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="price-list" busy={isSubmitting && "Saving"}>
            {list ? "Save price list" : "Add price list"}
          </Button>
        </>
      }
    >
      <form id="price-list" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <div className="grid grid-cols-[1fr_120px] gap-3">
          <Field label="Name" required error={errors.name?.message}>
            {(w) => <Input {...w} {...form.register("name")} autoFocus maxLength={200} />}
          </Field>
          <Field label="Currency" error={errors.currency?.message}>
            {(w) => <Input {...w} {...form.register("currency")} disabled={list !== undefined} maxLength={3} />}
          </Field>
        </div>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Holds from" error={errors.valid_from?.message}>
            {(w) => <Input {...w} {...form.register("valid_from")} type="date" />}
          </Field>
          <Field label="Until, its last day" error={errors.valid_to?.message}>
            {(w) => <Input {...w} {...form.register("valid_to")} type="date" />}
          </Field>
        </div>
        <label className="flex min-h-8 items-center gap-2 text-cell">
          <Checkbox
            checked={form.watch("default")}
            onCheckedChange={(on) => form.setValue("default", on === true, { shouldDirty: true })}
          />
          It comes before other lists of its currency
        </label>
      </form>
    </Overlay>
  );
}
