import { useState } from "react";
import { useOptions } from "@/api/shared";
import type { FieldError, OptionKind, Ref } from "@/api/types";
import type { CustomValues } from "@/components/crm/custom-inputs";
import { RefPicker } from "@/components/crm/pickers";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { parseAmount, parseTags } from "@/lib/parse";
import { FIELDS } from "./fields";
import type { Extra } from "./use-move";

const REFS: Record<string, "account" | "contact"> = { account_id: "account", primary_contact_id: "contact" };
const LABELS: Record<string, string> = {
  account_id: "Account",
  primary_contact_id: "Primary contact",
  lost_notes: "Notes",
  won_notes: "Notes",
};

const DEFS: Record<string, { label: string; options?: OptionKind }> = FIELDS;

const labelOf = (field: string): string => LABELS[field] ?? DEFS[field]?.label ?? field;

/** What was typed, as the API takes it. */
export const sent = (values: Record<string, string>, currency: string, custom: CustomValues): Extra => ({
  ...(Object.keys(custom).length > 0 ? { custom } : {}),
  ...Object.fromEntries(
    Object.entries(values)
      .filter(([, text]) => text !== "")
      .map(([field, text]): [string, Extra[string]] => {
        if (field === "amount") return [field, { amount: parseAmount(text) ?? text, currency }];
        return [field, field === "tags" ? parseTags(text) : text];
      }),
  ),
});

/** One field that a gate asks for. */
export function GateField(props: {
  missing: FieldError;
  first: boolean;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
}) {
  const { field } = props.missing;
  const ref = REFS[field];
  const options = DEFS[field]?.options;
  const shared = {
    value: props.value,
    autoFocus: props.first,
    onChange: (e: { target: { value: string } }) => props.onChange(e.target.value),
  };
  return (
    <Field label={labelOf(field)} required={props.missing.code !== "optional"} error={props.error}>
      {(w) => {
        if (ref) return <GateRef id={w.id} kind={ref} onChange={props.onChange} />;
        if (options) return <GateChoice {...w} {...shared} kind={options} />;
        if (field.endsWith("_notes")) return <Textarea {...w} {...shared} />;
        return (
          <Input
            {...w}
            {...shared}
            type={field.endsWith("_date") ? "date" : "text"}
            {...(field === "amount" ? { inputMode: "decimal" as const } : {})}
          />
        );
      }}
    </Field>
  );
}

function GateChoice({ kind, ...props }: React.ComponentProps<typeof Select> & { kind: OptionKind }) {
  const options = useOptions(kind);
  return (
    <Select {...props}>
      <option value="">Choose</option>
      {options.map((o) => (
        <option key={o.id} value={o.id}>
          {o.name}
        </option>
      ))}
    </Select>
  );
}

function GateRef(props: { id: string; kind: "account" | "contact"; onChange: (id: string) => void }) {
  const [value, setValue] = useState<Ref | null>(null);
  return (
    <RefPicker
      id={props.id}
      kind={props.kind}
      value={value}
      onChange={(next) => {
        setValue(next);
        props.onChange(next?.id ?? "");
      }}
    />
  );
}
