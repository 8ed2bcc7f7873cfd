/** How custom fields are edited in place, on a record's page and in lists. */
import type { CustomField, Ref } from "@/api/types";
import { plain } from "@/lib/format";
import type { FieldKind, FieldValue } from "./editor";
import type { CellEdit, Listed } from "./table/column";

export const CUSTOM_KINDS: Record<CustomField["kind"], FieldKind> = {
  text: "text",
  long_text: "long",
  number: "number",
  money: "money",
  date: "date",
  select: "choice",
  multi_select: "choices",
  user: "user",
  account: "account",
  contact: "contact",
  checkbox: "choice",
  url: "text",
  email: "text",
  phone: "text",
  formula: "text",
};
const YES_NO = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

/** What can be chosen: an archived option only where it is what the record has. */
export function customChoices(field: CustomField, value: unknown): { value: string; label: string }[] {
  if (field.kind === "checkbox") return YES_NO;
  const held = Array.isArray(value) ? (value as unknown[]) : [value];
  return field.options
    .filter((o) => !o.archived || held.includes(o.value))
    .map((o) => ({ value: o.value, label: o.label }));
}

/** The value as its editor takes it; `named` is the person or record that it names. */
export function customEdited(field: CustomField, value: unknown, named: Ref | null): FieldValue {
  if (field.kind === "checkbox") return value === null || value === undefined ? null : plain(value);
  if (field.kind === "multi_select") return Array.isArray(value) ? (value as string[]) : [];
  return (named ?? value ?? null) as FieldValue;
}

/** What the editor answers, as the API takes it. */
export function customSent(field: CustomField, next: FieldValue): unknown {
  if (next === null || next === "") return null;
  if (field.kind === "checkbox") return next === "true";
  return typeof next === "object" && "id" in next ? next.id : next;
}

/** A custom field in the cell of a list. A person or record that it names is told by its id alone. */
export function customCell<R extends Listed>(field: CustomField): CellEdit<R> | undefined {
  if (field.kind === "formula") return undefined;
  const at = (record: R) => record.custom[field.key] ?? null;
  return {
    field: `custom.${field.key}`,
    label: field.label,
    kind: CUSTOM_KINDS[field.kind],
    clearable: !field.required,
    ...(field.kind === "checkbox" || field.options.length > 0 ? { choices: customChoices(field, null) } : {}),
    value: (record) => {
      const value = at(record);
      const names = field.kind === "user" || field.kind === "account" || field.kind === "contact";
      return customEdited(field, value, names && typeof value === "string" ? { id: value, name: "" } : null);
    },
    change: (record, next) => {
      const custom = { [field.key]: customSent(field, next) };
      return {
        record,
        label: field.label,
        body: { custom },
        next: { custom: { ...record.custom, ...custom } } as Partial<R>,
      };
    },
  };
}
