import { useQuery } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { patch, post } from "@/api/client";
import { ApiError, sentence } from "@/api/problem";
import { productsQuery, useMe } from "@/api/shared";
import type { Billing, Line, WholeOpportunity } from "@/api/types";
import { BILLING, priceListsQuery } from "@/components/crm/billing";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { money } from "@/lib/format";
import { bodyOf, checkLine, valuesOf, type LineErrors, type LineValues } from "./line-values";
import { usePart } from "./parts-query";

/** The server's names of the fields, as the form has them. */
const FIELD_OF: Record<string, keyof LineValues> = {
  product_id: "product",
  price_list_id: "list",
  quantity: "quantity",
  unit_price: "price",
  discount_percent: "discount",
  discount_amount: "discount",
  term_months: "term",
  billing: "billing",
};

export function LineForm(props: { o: WholeOpportunity; line: Line | null; onClose: () => void }) {
  const { o, line } = props;
  const me = useMe();
  const currency = line?.unit_price.currency ?? o.amount?.currency ?? me.organisation.currency;
  const [v, setV] = useState(valuesOf(line));
  const [errors, setErrors] = useState<LineErrors>({});
  const [above, setAbove] = useState<string | null>(null);
  const products = useQuery(productsQuery()).data?.filter((p) => !p.archived) ?? [];
  const lists = useQuery(priceListsQuery()).data?.filter((l) => !l.archived) ?? [];
  const set = (more: Partial<LineValues>) => setV({ ...v, ...more });
  const listCurrency = lists.find((l) => l.id === v.list)?.currency;
  const save = usePart(
    () => {
      const body = bodyOf(v, listCurrency ?? currency, line === null);
      return line
        ? patch("/opportunities/{id}/lines/{line_id}", { path: { id: o.id, line_id: line.id }, body })
        : post("/opportunities/{id}/lines", { path: { id: o.id }, body: { ...body, product_id: v.product } });
    },
    () => (line ? "Product changed" : "Product added"),
  );
  const land = (error: unknown) => {
    const fields = error instanceof ApiError ? error.fields : [];
    setErrors(Object.fromEntries(fields.map((f) => [FIELD_OF[f.field] ?? "", f.message])));
    const elsewhere = fields.filter((f) => !FIELD_OF[f.field]).map((f) => f.message);
    setAbove(fields.length === 0 ? sentence(error) : elsewhere.join(" ") || null);
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const wrong = checkLine(v, line === null);
    setErrors(wrong);
    setAbove(null);
    if (Object.keys(wrong).length === 0) save.mutate(undefined, { onSuccess: props.onClose, onError: land });
  };
  const again = v.billing !== "" && v.billing !== "one_off";
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={line ? line.product.name : "Add a product"}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="line" busy={save.isPending && "Saving"}>
            {line ? "Save product" : "Add product"}
          </Button>
        </>
      }
    >
      <form id="line" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        {!line && (
          <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
            <Field label="Product" required error={errors.product}>
              {(w) => (
                <Select {...w} autoFocus value={v.product} onChange={(e) => set({ product: e.target.value })}>
                  <option value="">Choose</option>
                  {products.map((p) => (
                    <option key={p.id} value={p.id}>
                      {[p.name, money(p.unit_price)].filter(Boolean).join(", ")}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label="Price list" error={errors.list}>
              {(w) => (
                <Select {...w} value={v.list} onChange={(e) => set({ list: e.target.value })}>
                  <option value="">The one that holds today</option>
                  {lists.map((l) => (
                    <option key={l.id} value={l.id}>
                      {l.name}, {l.currency}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        )}
        <div className="grid grid-cols-2 gap-3">
          <Field label="Quantity" required error={errors.quantity}>
            {(w) => (
              <Input
                {...w}
                inputMode="decimal"
                className="tnum"
                value={v.quantity}
                onChange={(e) => set({ quantity: e.target.value })}
              />
            )}
          </Field>
          <Field
            label={`Price, ${listCurrency ?? currency}`}
            required={line !== null}
            error={errors.price}
            hint={line ? undefined : "Empty: as the list has it."}
          >
            {(w) => (
              <Input
                {...w}
                inputMode="decimal"
                className="tnum"
                value={v.price}
                onChange={(e) => set({ price: e.target.value })}
              />
            )}
          </Field>
          <Field label="Discount" error={errors.discount}>
            {(w) => (
              <Input
                {...w}
                inputMode="decimal"
                className="tnum"
                value={v.discount}
                onChange={(e) => set({ discount: e.target.value })}
              />
            )}
          </Field>
          <Field label="Discount in">
            {(w) => (
              <Select {...w} value={v.off} onChange={(e) => set({ off: e.target.value as LineValues["off"] })}>
                <option value="percent">Percent</option>
                <option value="amount">{listCurrency ?? currency}, off each total</option>
              </Select>
            )}
          </Field>
          <Field label="Due" error={errors.billing}>
            {(w) => (
              <Select {...w} value={v.billing} onChange={(e) => set({ billing: e.target.value as Billing | "" })}>
                {!line && <option value="">As the list has it</option>}
                {Object.entries(BILLING).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {again && (
            <Field label="Term, months" error={errors.term}>
              {(w) => (
                <Input
                  {...w}
                  inputMode="numeric"
                  className="tnum"
                  placeholder="12"
                  value={v.term}
                  onChange={(e) => set({ term: e.target.value })}
                />
              )}
            </Field>
          )}
        </div>
      </form>
    </Overlay>
  );
}
