/** Custom fields as columns of lists. */
import type { CustomField } from "@/api/types";
import { CustomValue } from "./custom-facts";
import { useCustomFields } from "./custom-fields";
import type { RecordColumn } from "./record-table";

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
