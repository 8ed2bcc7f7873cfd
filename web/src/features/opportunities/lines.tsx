import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { patch, remove } from "@/api/client";
import { useFields } from "@/api/shared";
import type { Line, LineTotals, WholeOpportunity } from "@/api/types";
import { BILLING } from "@/components/crm/billing";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Card } from "@/components/ui/states";
import { money, plural } from "@/lib/format";
import { LineForm } from "./line-form";
import { usePart } from "./parts-query";

export function Lines({ o }: { o: WholeOpportunity }) {
  const fields = useFields("opportunity");
  const may = o.may.update && !fields.locks("products");
  const [edited, setEdited] = useState<Line | "new" | null>(null);
  return (
    <Card
      title="Products"
      aside={
        may && (
          <Button size="row" onClick={() => setEdited("new")}>
            <Plus /> Add a product
          </Button>
        )
      }
    >
      {o.lines.length === 0 ? (
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
              <th className="px-2 text-right font-medium max-md:hidden">Over the term</th>
              <th className="w-16">
                <span className="sr-only">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {o.lines.map((line) => (
              <LineRow key={line.id} o={o} line={line} may={may} onEdit={() => setEdited(line)} />
            ))}
          </tbody>
        </table>
      )}
      {o.totals.map((sum) => (
        <Totals key={sum.contract_value.currency} sum={sum} />
      ))}
      {!fields.hides("amount") && o.lines.length > 0 && <Follows o={o} may={may && !fields.locks("amount")} />}
      {edited && <LineForm o={o} line={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </Card>
  );
}

function discount(line: Line): string {
  if (line.discount_amount) return money(line.discount_amount);
  return Number(line.discount_percent) > 0 ? `${Number(line.discount_percent)} %` : "";
}

function LineRow(props: { o: WholeOpportunity; line: Line; may: boolean; onEdit: () => void }) {
  const { o, line } = props;
  const drop = usePart(
    () => remove("/opportunities/{id}/lines/{line_id}", { path: { id: o.id, line_id: line.id } }),
    () => "Product removed",
  );
  const again = line.billing === "one_off" ? "" : ` ${BILLING[line.billing]}`;
  return (
    <tr className="h-10 border-b border-line tnum">
      <td className="px-4 py-1 font-medium text-fg">
        {line.product.name}
        <span className="block text-meta font-normal text-fg-3">
          {[line.price_list?.name, line.term_months && plural(line.term_months, "month")].filter(Boolean).join(", ")}
        </span>
      </td>
      <td className="px-2 text-right">{line.quantity}</td>
      <td className="px-2 text-right max-md:hidden">{money(line.unit_price)}</td>
      <td className="px-2 text-right max-md:hidden">{discount(line)}</td>
      <td className="px-2 text-right">
        {money(line.total)}
        <span className="text-fg-3">{again}</span>
      </td>
      <td className="px-2 text-right font-medium text-fg max-md:hidden">{money(line.contract_value)}</td>
      <td className="pr-2 text-right whitespace-nowrap">
        {props.may && (
          <>
            <Button variant="quiet" size="iconRow" aria-label={`Change ${line.product.name}`} onClick={props.onEdit}>
              <Pencil />
            </Button>
            <Button
              variant="quiet"
              size="iconRow"
              aria-label={`Remove ${line.product.name}`}
              onClick={() => drop.mutate(undefined)}
            >
              <Trash2 />
            </Button>
          </>
        )}
      </td>
    </tr>
  );
}

function Totals({ sum }: { sum: LineTotals }) {
  const parts: [string, string][] = [
    ["One-off", money(sum.one_off)],
    ["Recurring, a year", money(sum.annual_recurring)],
    ["Total contract value", money(sum.contract_value)],
  ];
  return (
    <dl className="flex flex-wrap justify-end gap-x-8 gap-y-1 border-b border-line bg-sunken px-4 py-2 text-cell tnum last:border-0">
      {parts.map(([label, value]) => (
        <div key={label} className="flex items-baseline gap-2">
          <dt className="text-meta text-fg-3">{label}</dt>
          <dd className="font-medium text-fg">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Follows({ o, may }: { o: WholeOpportunity; may: boolean }) {
  const save = usePart(
    (on: boolean) =>
      patch("/opportunities/{id}", { path: { id: o.id }, body: { amount_from_lines: on }, ifMatch: o.version }),
    (on) => (on ? "The amount follows the products" : "The amount is entered by hand"),
  );
  return (
    <label className="flex min-h-10 items-center gap-2 px-4 text-cell text-fg-2 pointer-coarse:min-h-11">
      <Checkbox
        checked={o.amount_from_lines}
        disabled={!may || save.isPending}
        onCheckedChange={(on) => save.mutate(on === true)}
      />
      The deal’s amount is the total contract value
    </label>
  );
}
