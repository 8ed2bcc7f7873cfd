import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { patch, post } from "@/api/client";
import { productsQuery, useMe } from "@/api/shared";
import type { Product } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { parseAmount } from "@/lib/parse";
import { z } from "@/lib/zod";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the product.")),
  code: z.string(),
  family: z.string(),
  unit_price: z
    .string()
    .check(z.refine((text) => text.trim() === "" || parseAmount(text) !== null, "Enter a price, like 1,200.")),
});
type Values = z.infer<typeof schema>;

export function ProductForm({ product, onClose }: { product?: Product; onClose: () => void }) {
  const client = useQueryClient();
  const own = useMe().organisation.currency;
  const currency = product?.unit_price?.currency ?? own;
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      name: product?.name ?? "",
      code: product?.code ?? "",
      family: product?.family ?? "",
      unit_price: product?.unit_price?.amount ?? "",
    },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    const amount = parseAmount(values.unit_price);
    const body = {
      name: values.name,
      code: values.code || null,
      family: values.family || null,
      unit_price: amount === null ? null : { amount, currency },
    };
    try {
      if (product) await patch("/products/{id}", { path: { id: product.id }, body, ifMatch: product.version });
      else await post("/products", { body });
      await client.invalidateQueries({ queryKey: productsQuery().queryKey });
      onClose();
    } catch (error) {
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={product ? `Edit ${product.name}` : "New product"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="product" busy={isSubmitting && "Saving"}>
            {product ? "Save product" : "Add product"}
          </Button>
        </>
      }
    >
      <form id="product" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus maxLength={200} />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Code" error={errors.code?.message} hint="No two products have the same.">
            {(w) => <Input {...w} {...form.register("code")} maxLength={100} />}
          </Field>
          <Field label="Family" error={errors.family?.message}>
            {(w) => <Input {...w} {...form.register("family")} maxLength={200} />}
          </Field>
        </div>
        <Field
          label={`Price, ${currency}`}
          error={errors.unit_price?.message}
          hint="Deals that have the product keep their price."
        >
          {(w) => <Input {...w} {...form.register("unit_price")} inputMode="decimal" className="tnum" />}
        </Field>
      </form>
    </Overlay>
  );
}
