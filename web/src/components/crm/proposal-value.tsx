/** A proposed value turned into a field: what the approver would rather have. */
import { useQueryClient } from "@tanstack/react-query";
import { useStages } from "@/api/shared";
import type { Change, Money } from "@/api/types";
import { Input, Select } from "@/components/ui/input";
import { parseAmount } from "@/lib/parse";
import { RefPicker } from "./pickers";
import { FORECAST, showValue } from "./show-value";

const isMoney = (value: unknown): value is Money => typeof value === "object" && value !== null && "currency" in value;

export function ProposalValue({
  change,
  value,
  onChange,
}: {
  change: Change;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const client = useQueryClient();
  const stages = useStages();
  const { field, label } = change;
  if (field === "owner_id" || field === "assignee_id") {
    const id = typeof value === "string" ? value : null;
    return (
      <RefPicker
        kind="user"
        value={id ? { id, name: showValue(client, field, id) } : null}
        onChange={(ref) => ref && onChange(ref.id)}
      />
    );
  }
  const choices =
    field === "stage_id"
      ? stages.map((s) => [s.id, s.name] as const)
      : field === "forecast_category"
        ? Object.entries(FORECAST)
        : field === "priority"
          ? ([
              ["low", "Low"],
              ["normal", "Normal"],
              ["high", "High"],
            ] as const)
          : null;
  if (choices) {
    return (
      <Select aria-label={label} value={String(value)} onChange={(e) => onChange(e.target.value)}>
        {choices.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
    );
  }
  if (isMoney(value) || isMoney(change.new)) {
    const money = isMoney(value) ? value : (change.new as Money);
    return (
      <Input
        aria-label={label}
        inputMode="decimal"
        defaultValue={money.amount}
        onChange={(e) => {
          const amount = parseAmount(e.target.value);
          if (amount !== null) onChange({ ...money, amount });
        }}
      />
    );
  }
  const date = field.endsWith("_date");
  return (
    <Input
      aria-label={label}
      type={date ? "date" : "text"}
      value={typeof value === "string" || typeof value === "number" ? value : ""}
      onChange={(e) => onChange(typeof change.new === "number" ? Number(e.target.value) : e.target.value || null)}
    />
  );
}
