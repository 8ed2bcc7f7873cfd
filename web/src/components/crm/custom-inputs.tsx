/** Inputs of custom fields in a form: what a new record must have, and what a gate asks for. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { customFieldsQuery, useMe } from "@/api/shared";
import type { CustomField, Ref } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { parseAmount } from "@/lib/parse";
import { RefPicker } from "./pickers";

export type CustomValues = Record<string, unknown>;

/** The fields that a new record must have and that get no default. */
export function useRequiredFields(object: CustomField["object"]): CustomField[] {
  const all = useQuery(customFieldsQuery()).data ?? [];
  return all.filter((f) => f.object === object && f.required && !f.archived && (f.default ?? null) === null);
}

export function CustomInputs(props: {
  fields: CustomField[];
  values: CustomValues;
  /** What the server said, by `custom.<key>`. */
  errors?: Record<string, string>;
  onChange: (values: CustomValues) => void;
}) {
  return props.fields.map((field) => (
    <CustomInput
      key={field.id}
      field={field}
      value={props.values[field.key]}
      error={props.errors?.[`custom.${field.key}`]}
      onChange={(value) => props.onChange({ ...props.values, [field.key]: value })}
    />
  ));
}

export function CustomInput(props: {
  field: CustomField;
  value: unknown;
  error?: string | undefined;
  autoFocus?: boolean;
  onChange: (value: unknown) => void;
}) {
  const { field, value, onChange } = props;
  const { currency } = useMe().organisation;
  return (
    <Field
      label={field.kind === "money" ? `${field.label}, ${currency}` : field.label}
      required
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
            return <Picked id={w.id} kind={field.kind} onChange={onChange} />;
          case "money":
            return <Amount {...w} currency={currency} onChange={onChange} />;
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

function Picked(props: { id: string; kind: "user" | "account" | "contact"; onChange: (value: unknown) => void }) {
  const [value, setValue] = useState<Ref | null>(null);
  return (
    <RefPicker
      id={props.id}
      kind={props.kind}
      value={value}
      onChange={(next) => {
        setValue(next);
        props.onChange(next?.id ?? null);
      }}
    />
  );
}

function Amount(props: { id: string; currency: string; onChange: (value: unknown) => void }) {
  const [text, setText] = useState("");
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
