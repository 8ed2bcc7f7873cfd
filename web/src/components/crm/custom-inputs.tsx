/** Inputs of custom fields in a form: of a new record, and what a gate asks for. */
import { useState } from "react";
import { useMe } from "@/api/shared";
import type { CustomField, Money, Ref } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { parseAmount } from "@/lib/parse";
import { useShown } from "./custom-value";
import { RefPicker } from "./pickers";

export type CustomValues = Record<string, unknown>;

export function CustomInput(props: {
  field: CustomField;
  value: unknown;
  error?: string | undefined;
  autoFocus?: boolean;
  optional?: boolean;
  onChange: (value: unknown) => void;
}) {
  const { field, value, onChange } = props;
  const { currency } = useMe().organisation;
  return (
    <Field
      label={field.kind === "money" ? `${field.label}, ${currency}` : field.label}
      required={!props.optional}
      error={props.error}
      hint={field.help ?? undefined}
    >
      {(w) => {
        const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
        const shared = {
          ...w,
          value: text,
          ...(props.autoFocus ? { autoFocus: true } : {}),
          onChange: (e: { target: { value: string } }) => onChange(e.target.value === "" ? null : e.target.value),
        };
        switch (field.kind) {
          case "long_text":
            return <Textarea {...shared} />;
          case "select":
            return (
              <Select {...shared}>
                <option value="">Choose</option>
                {field.options
                  .filter((o) => !o.archived)
                  .map((o) => (
                    <option key={o.value} value={o.value}>
                      {o.label}
                    </option>
                  ))}
              </Select>
            );
          case "checkbox":
            return (
              <Select
                {...shared}
                value={value === true ? "true" : value === false ? "false" : ""}
                onChange={(e) => onChange(e.target.value === "" ? null : e.target.value === "true")}
              >
                <option value="">Choose</option>
                <option value="true">Yes</option>
                <option value="false">No</option>
              </Select>
            );
          case "multi_select":
            return <Several field={field} value={value} onChange={onChange} />;
          case "user":
          case "account":
          case "contact":
            return <Picked id={w.id} field={field} kind={field.kind} value={value} onChange={onChange} />;
          case "money":
            return <Amount {...w} currency={currency} first={value} onChange={onChange} />;
          default:
            return <Input {...shared} type={field.kind === "date" ? "date" : "text"} />;
        }
      }}
    </Field>
  );
}

function Several(props: { field: CustomField; value: unknown; onChange: (value: unknown) => void }) {
  const chosen = Array.isArray(props.value) ? (props.value as string[]) : [];
  return (
    <div className="flex flex-wrap gap-x-4">
      {props.field.options
        .filter((o) => !o.archived)
        .map((o) => (
          <label key={o.value} className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
            <Checkbox
              checked={chosen.includes(o.value)}
              onCheckedChange={(on) =>
                props.onChange(on === true ? [...chosen, o.value] : chosen.filter((v) => v !== o.value))
              }
            />
            {o.label}
          </label>
        ))}
    </div>
  );
}

function Picked(props: {
  id: string;
  field: CustomField;
  kind: "user" | "account" | "contact";
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const [picked, setPicked] = useState<Ref | null>(null);
  // What was chosen before this form was opened, in a draft, is known by its id alone.
  const named = useShown(props.field, props.value ?? null);
  const value = (props.value ?? null) === null ? null : (picked ?? named);
  return (
    <RefPicker
      id={props.id}
      kind={props.kind}
      value={value}
      onChange={(next) => {
        setPicked(next);
        props.onChange(next?.id ?? null);
      }}
    />
  );
}

function Amount(props: { id: string; currency: string; first: unknown; onChange: (value: unknown) => void }) {
  const first = props.first as Money | null | undefined;
  const [text, setText] = useState(first?.amount ?? "");
  return (
    <Input
      id={props.id}
      value={text}
      inputMode="decimal"
      className="tnum"
      onChange={(e) => {
        setText(e.target.value);
        const amount = parseAmount(e.target.value);
        props.onChange(amount === null ? null : { amount, currency: props.currency });
      }}
    />
  );
}
