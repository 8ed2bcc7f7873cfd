import type { Billing, Line } from "@/api/types";
import { BILLING } from "@/components/crm/billing";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import type { LineErrors, LineValues } from "./line-values";

/** How much of a product, at what price, and when it is due. */
export function LineTerms(props: {
  line: Line | null;
  v: LineValues;
  set: (more: Partial<LineValues>) => void;
  errors: LineErrors;
  currency: string;
}) {
  const { line, v, set, errors, currency } = props;
  const again = v.billing !== "" && v.billing !== "one_off";
  return (
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
        label={`Price, ${currency}`}
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
            <option value="amount">{currency}, off each total</option>
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
  );
}
