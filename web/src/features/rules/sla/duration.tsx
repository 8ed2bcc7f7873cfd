import type { SlaDuration, SlaUnit } from "@/api/types";
import { Input, Select } from "@/components/ui/input";
import { UNITS } from "./values";

/** A length of working time. */
export function DurationInput(props: {
  label: string;
  value: SlaDuration;
  onChange: (value: SlaDuration) => void;
  id?: string;
  "aria-invalid"?: boolean | undefined;
  "aria-describedby"?: string | undefined;
}) {
  const { value, onChange } = props;
  return (
    <div className="flex gap-2">
      <Input
        id={props.id}
        aria-label={props.id ? undefined : props.label}
        aria-invalid={props["aria-invalid"]}
        aria-describedby={props["aria-describedby"]}
        className="w-24 tnum"
        type="number"
        min={1}
        value={Number.isNaN(value.value) ? "" : value.value}
        onChange={(e) => onChange({ ...value, value: e.target.valueAsNumber })}
      />
      <Select
        aria-label={`Unit of ${props.label.toLowerCase()}`}
        className="w-40"
        value={value.unit}
        onChange={(e) => onChange({ ...value, unit: e.target.value as SlaUnit })}
      >
        {UNITS.map(([unit, label]) => (
          <option key={unit} value={unit}>
            {label}
          </option>
        ))}
      </Select>
    </div>
  );
}
