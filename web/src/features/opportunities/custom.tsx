/** Custom fields as columns and filters of the list. */
import { useMemo } from "react";
import type { CustomField } from "@/api/types";
import { customSort, isNumber, useCustomFields } from "@/components/crm/custom-columns";
import { CustomValue } from "@/components/crm/custom-facts";
import { COLUMNS, type ListColumn } from "./columns";
import { FILTERS, type FilterDef, type FilterKind } from "./filters";

function columnOf(field: CustomField): ListColumn {
  const name = `custom.${field.key}`;
  return {
    id: name,
    header: field.label,
    width: field.kind === "long_text" ? 180 : 120,
    hidden: true,
    ...(isNumber(field) ? { align: "right" as const } : {}),
    ...customSort(field),
    cell: (o) => <CustomValue field={field} value={o.custom[field.key]} reason={o.formula_errors?.[field.key]} />,
  };
}

/** The built-in columns and one for each custom field, hidden until it is chosen. */
export function useColumns(): ListColumn[] {
  const custom = useCustomFields("opportunity");
  const key = custom.map((f) => `${f.id}:${f.version}`).join();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says all that columns show of a field
  return useMemo(() => [...COLUMNS, ...custom.map(columnOf)], [key]);
}

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
export function useFilters(): FilterDef[] {
  const custom = useCustomFields("opportunity");
  return [...FILTERS, ...custom.filter((f) => f.kind !== "formula").map(filterOf)];
}
