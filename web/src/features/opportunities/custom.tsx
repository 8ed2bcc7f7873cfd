/** Custom fields as columns of the list. */
import { useMemo } from "react";
import type { CustomField } from "@/api/types";
import { customSort, isNumber } from "@/components/crm/custom-columns";
import { useCustomFields } from "@/components/crm/custom-fields";
import { CustomValue } from "@/components/crm/custom-facts";
import { COLUMNS, type ListColumn } from "./columns";

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
