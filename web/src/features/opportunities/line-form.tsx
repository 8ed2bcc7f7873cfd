import { useQuery } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { patch, post } from "@/api/client";
import { productsQuery, useMe } from "@/api/shared";
import type { Line, WholeOpportunity } from "@/api/types";
import { priceListsQuery } from "@/components/crm/billing";
import { useLanding } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { money } from "@/lib/format";
import { LineTerms } from "./line-terms";
import { bodyOf, checkLine, valuesOf, type LineValues } from "./line-values";
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
  const { errors, above, check, land } = useLanding(FIELD_OF);
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
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (check(checkLine(v, line === null))) save.mutate(undefined, { onSuccess: props.onClose });
  };
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
        <LineTerms line={line} v={v} set={set} errors={errors} currency={listCurrency ?? currency} />
      </form>
    </Overlay>
  );
}
