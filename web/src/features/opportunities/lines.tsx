import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { productsQuery } from "@/api/shared";
import type { Line, WholeOpportunity } from "@/api/types";
import { patchRecord } from "@/components/crm/cache";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { ChoiceList } from "@/components/ui/combobox";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { Card } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { money } from "@/lib/format";

export function Lines({ o }: { o: WholeOpportunity }) {
  const client = useQueryClient();
  const told = useTold();
  const landed =
    (said: string) =>
    ({ data, eventId }: { data: WholeOpportunity; eventId: string | null }) => {
      patchRecord<WholeOpportunity>(client, "opportunities", o.id, (old) => ({ ...old, ...data }));
      void client.invalidateQueries({ queryKey: ["opportunities", "detail", o.id] });
      void client.invalidateQueries({ queryKey: ["timeline", "opportunity", o.id] });
      told(said, eventId);
    };
  const add = useMutation({
    mutationFn: (body: { product_id: string; quantity: string }) =>
      post("/opportunities/{id}/lines", { path: { id: o.id }, body }),
    onSuccess: landed("Product added"),
    onError: (error) => failed("The product was not added", sentence(error)),
  });
  const drop = useMutation({
    mutationFn: (line: Line) => remove("/opportunities/{id}/lines/{line_id}", { path: { id: o.id, line_id: line.id } }),
    onSuccess: landed("Product removed"),
    onError: (error) => failed("The product was not removed", sentence(error)),
  });
  const { lines } = o;
  return (
    <Card title="Products" aside={o.may.update && <AddLine busy={add.isPending} onAdd={(body) => add.mutate(body)} />}>
      {lines.length === 0 ? (
        <p className="px-4 py-4 text-cell text-fg-3">No products on this deal yet.</p>
      ) : (
        <table className="w-full text-cell">
          <thead>
            <tr className="h-8 border-b border-line text-left text-meta text-fg-3">
              <th className="px-4 font-medium">Product</th>
              <th className="px-2 text-right font-medium">Quantity</th>
              <th className="px-2 text-right font-medium max-md:hidden">Price</th>
              <th className="px-2 text-right font-medium max-md:hidden">Discount</th>
              <th className="px-2 text-right font-medium">Total</th>
              <th className="w-10">
                <span className="sr-only">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.id} className="h-9 border-b border-line tnum last:border-0">
                <td className="px-4 font-medium text-fg">{line.product.name}</td>
                <td className="px-2 text-right">{line.quantity.replace(/\.0+$/, "")}</td>
                <td className="px-2 text-right max-md:hidden">{money(line.unit_price)}</td>
                <td className="px-2 text-right max-md:hidden">
                  {Number(line.discount_percent) > 0 ? `${Number(line.discount_percent)} %` : ""}
                </td>
                <td className="px-2 text-right font-medium text-fg">{money(line.total)}</td>
                <td>
                  {o.may.update && (
                    <Button
                      variant="quiet"
                      size="iconRow"
                      aria-label={`Remove ${line.product.name}`}
                      onClick={() => drop.mutate(line)}
                    >
                      <Trash2 />
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function AddLine({ busy, onAdd }: { busy: boolean; onAdd: (body: { product_id: string; quantity: string }) => void }) {
  const [open, setOpen] = useState(false);
  const [quantity, setQuantity] = useState("1");
  const products = useQuery({ ...productsQuery(), enabled: open }).data?.filter((p) => !p.archived) ?? [];
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-72"
      trigger={
        <Button size="row" busy={busy && "Adding"}>
          <Plus /> Add a product
        </Button>
      }
    >
      <label className="flex items-center gap-2 border-b border-line p-2 text-meta text-fg-3">
        Quantity
        <Input
          inputMode="decimal"
          value={quantity}
          onChange={(e) => setQuantity(e.target.value.replace(/[^\d.]/g, ""))}
          className="w-20 text-right"
        />
      </label>
      <ChoiceList
        choices={products.map((p) => ({ value: p.id, label: p.name, hint: money(p.unit_price) }))}
        selected={[]}
        placeholder="Find a product"
        onPick={(c) => {
          setOpen(false);
          onAdd({ product_id: c.value, quantity: quantity || "1" });
        }}
      />
    </Popover>
  );
}
