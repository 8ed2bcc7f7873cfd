import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { productsQuery } from "@/api/shared";
import type { Billing } from "@/api/types";
import { BILLING } from "@/components/crm/billing";
import { Button } from "@/components/ui/button";
import { InlineText } from "@/components/ui/inline-text";
import { Input, Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { money } from "@/lib/format";
import { parseAmount } from "@/lib/parse";
import { PlainTable } from "./layout";
import { priceListQuery } from "./queries";
import { useSave } from "./use-save";

interface NewPrice {
  product_id: string;
  amount: string | null;
  billing: Billing;
}

export function Prices({ id, may }: { id: string; may: boolean }) {
  const list = useQuery(priceListQuery(id)).data;
  const products = useQuery(productsQuery()).data ?? [];
  const save = useSave(({ amount, ...price }: NewPrice) => {
    const unit_price = amount === null ? null : { amount, currency: list?.currency ?? "" };
    return post("/price-lists/{id}/prices", {
      path: { id },
      body: { items: [{ ...price, unit_price }] },
      ...(list ? { ifMatch: list.version } : {}),
    });
  });
  if (!list) return null;
  const missing = products.filter((p) => !p.archived && !list.items.some((i) => i.product.id === p.id));
  return (
    <Card title={`Prices of ${list.name}`}>
      <div className="px-4 pb-2">
        <PlainTable
          heads={[
            { label: "Product" },
            { label: `Price, ${list.currency}`, right: true },
            { label: "" },
            { label: "" },
          ]}
        >
          {list.items.map((i) => (
            <tr key={i.product.id}>
              <td className="font-medium text-fg">{i.product.name}</td>
              <td className="text-right text-fg tnum">
                <InlineText
                  label={`Price of ${i.product.name}`}
                  value={money(i.unit_price)}
                  disabled={!may}
                  onSave={(text) => {
                    const amount = parseAmount(text);
                    if (amount === null) failed("Not saved", "Enter a price, like 1,200.");
                    else save.mutate({ product_id: i.product.id, amount, billing: i.billing });
                  }}
                />
              </td>
              <td className="w-24">{BILLING[i.billing]}</td>
              <td className="w-8 text-right">
                {may && (
                  <Button
                    variant="quiet"
                    size="icon"
                    aria-label={`Take ${i.product.name} off the list`}
                    onClick={() => save.mutate({ product_id: i.product.id, amount: null, billing: i.billing })}
                  >
                    <Trash2 />
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </PlainTable>
      </div>
      {may && missing.length > 0 && <AddPrice products={missing} busy={save.isPending} onAdd={save.mutate} />}
    </Card>
  );
}

function AddPrice(props: {
  products: { id: string; name: string }[];
  busy: boolean;
  onAdd: (price: NewPrice) => void;
}) {
  const [product, setProduct] = useState("");
  const [text, setText] = useState("");
  const [billing, setBilling] = useState<Billing>("one_off");
  const amount = parseAmount(text);
  return (
    <form
      className="flex flex-wrap gap-2 border-t border-line px-4 py-2"
      onSubmit={(e) => {
        e.preventDefault();
        if (product === "" || amount === null) return;
        props.onAdd({ product_id: product, amount, billing });
        setProduct("");
        setText("");
      }}
    >
      <Select aria-label="Product" value={product} className="max-w-56" onChange={(e) => setProduct(e.target.value)}>
        <option value="">Choose a product</option>
        {props.products.map((p) => (
          <option key={p.id} value={p.id}>
            {p.name}
          </option>
        ))}
      </Select>
      <Input
        aria-label="Price"
        placeholder="Price"
        inputMode="decimal"
        value={text}
        className="max-w-28 tnum"
        onChange={(e) => setText(e.target.value)}
      />
      <Select
        aria-label="How often"
        value={billing}
        className="max-w-28"
        onChange={(e) => setBilling(e.target.value as Billing)}
      >
        {Object.entries(BILLING).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      <Button type="submit" className="h-8" disabled={product === "" || amount === null} busy={props.busy && "Adding"}>
        <Plus /> Add price
      </Button>
    </form>
  );
}
