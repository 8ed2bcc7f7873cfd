/** Custom fields as filters of lists. */
import { useFields } from "@/api/shared";
import type { CustomField } from "@/api/types";
import { useCustomFields } from "@/components/crm/custom-fields";
import type { FilterDef, FilterKind } from "./filters";
import type { ListSpec } from "./spec";

const KIND_OF: Partial<Record<CustomField["kind"], FilterKind>> = {
  number: "number",
  money: "money",
  date: "date",
  select: "choice",
  multi_select: "choice",
  checkbox: "choice",
  user: "choice",
  account: "account",
  contact: "contact",
};

const YES_NO = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

function filterOf(field: CustomField): FilterDef {
  const kind = KIND_OF[field.kind] ?? "words";
  const options = field.options.map((o) => ({ value: o.value, label: o.label }));
  return {
    field: `custom.${field.key}`,
    label: field.label,
    kind,
    ...(kind === "choice" && field.kind !== "user" ? { choices: field.kind === "checkbox" ? YES_NO : options } : {}),
    ...(field.kind === "user" ? { people: true } : {}),
  };
}

/** What the list can be filtered by; formulas are worked out when they are read, and can't be looked for. */
export function useFilters(spec: ListSpec): FilterDef[] {
  const custom = useCustomFields(spec.object);
  const { hides } = useFields("account");
  const readable = spec.filters.filter((f) => !(f.field.startsWith("account.") && hides(f.field.slice(8))));
  return [...readable, ...custom.filter((f) => f.kind !== "formula").map(filterOf)];
}
