import type { ReactNode } from "react";
import type { Priority } from "@/api/types";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";

export function PriorityField(props: {
  value: Priority;
  error?: string | undefined;
  hint?: ReactNode;
  onChange: (priority: Priority) => void;
}) {
  return (
    <Field label="Priority" error={props.error} hint={props.hint}>
      {(w) => (
        <Select {...w} value={props.value} onChange={(e) => props.onChange(e.target.value as Priority)}>
          <option value="low">Low</option>
          <option value="normal">Normal</option>
          <option value="high">High</option>
        </Select>
      )}
    </Field>
  );
}
