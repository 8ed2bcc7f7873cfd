/** Custom fields as columns of lists. */
import { useMemo } from "react";
import type { CustomField } from "@/api/types";
import { CustomValue } from "./custom-value";
import { customCell } from "./custom-edit";
import { useCustomFields } from "./custom-fields";
import { ENDS, FILLED, NUMBERS, type Listed, type TableColumn } from "./table/column";

/** Kinds by which a list has no order. */
const UNSORTED: CustomField["kind"][] = ["formula", "multi_select", "long_text", "user", "account", "contact"];

const customSort = (field: CustomField): { sort?: string } =>
  UNSORTED.includes(field.kind) ? {} : { sort: `custom.${field.key}` };

const isNumber = (field: CustomField): boolean => field.kind === "number" || field.kind === "money";

const WIDE: CustomField["kind"][] = ["long_text", "multi_select", "url", "email"];

function columnOf<R extends Listed>(field: CustomField): TableColumn<R> {
  const name = `custom.${field.key}`;
  const edit = customCell<R>(field);
  const measures = isNumber(field) ? NUMBERS : field.kind === "date" ? ENDS : FILLED;
  return {
    id: name,
    header: field.label,
    width: WIDE.includes(field.kind) ? 180 : 120,
    hidden: true,
    wide: true,
    ...(isNumber(field) ? { align: "right" as const } : {}),
    ...customSort(field),
    ...(edit ? { edit } : {}),
    ...(field.kind === "formula" ? {} : { sums: { field: name, measures } }),
    cell: (r) => <CustomValue field={field} value={r.custom[field.key]} reason={r.formula_errors?.[field.key]} />,
  };
}

/** The built-in columns and one for each custom field, hidden until it is chosen. The same as before if no field changed. */
export function useAllColumns<R extends Listed>(
  object: CustomField["object"],
  builtIn: TableColumn<R>[],
): TableColumn<R>[] {
  const custom = useCustomFields(object);
  const key = custom.map((f) => `${f.id}:${f.version}`).join();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says all that columns show of a field
  return useMemo(() => [...builtIn, ...custom.map(columnOf<R>)], [key, builtIn]);
}
