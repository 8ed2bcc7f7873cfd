/** Custom fields as columns of lists. */
import { useQuery } from "@tanstack/react-query";
import { customFieldsQuery, useFields } from "@/api/shared";
import type { CustomField } from "@/api/types";
import { CustomValue } from "./custom-facts";
import type { RecordColumn } from "./record-table";

const NONE: CustomField[] = [];

/** The custom fields of an object that this person may see, in their order. */
export function useCustomFields(object: CustomField["object"]): CustomField[] {
  const all = useQuery(customFieldsQuery()).data ?? NONE;
  const { hides } = useFields(object);
  return all
    .filter((f) => f.object === object && !f.archived && !hides(`custom.${f.key}`))
    .sort((a, b) => a.position - b.position);
}

/** Kinds by which a list has no order. */
const UNSORTED: CustomField["kind"][] = ["formula", "multi_select", "long_text", "user", "account", "contact"];

export const customSort = (field: CustomField): { sort?: string } =>
  UNSORTED.includes(field.kind) ? {} : { sort: `custom.${field.key}` };

export const isNumber = (field: CustomField): boolean => field.kind === "number" || field.kind === "money";

interface Custom {
  custom: Record<string, unknown>;
  formula_errors?: Record<string, string>;
}

/** A column for each custom field, to be chosen. */
export function useCustomColumns<R extends Custom>(object: CustomField["object"]): RecordColumn<R>[] {
  return useCustomFields(object).map((field) => ({
    id: `custom.${field.key}`,
    header: field.label,
    wide: true,
    hidden: true,
    ...customSort(field),
    ...(isNumber(field) ? { align: "right" as const } : {}),
    cell: (r) => <CustomValue field={field} value={r.custom[field.key]} reason={r.formula_errors?.[field.key]} />,
  }));
}
