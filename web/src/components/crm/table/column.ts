/** The columns of a list: what each shows, how wide, what it sorts by, how it is edited, and what can stand below it. */
import type { ReactNode } from "react";
import type { Measure, Option, OptionKind, Ref } from "@/api/types";
import type { FieldKind, FieldValue } from "@/components/crm/editor";
import type { Edit } from "@/components/crm/use-edit";

/** As much of a record as every list has. */
export interface Listed {
  id: string;
  name: string;
  version: number;
  may: { update: boolean };
  custom: Record<string, unknown>;
  formula_errors?: Record<string, string>;
}

/** How a field is edited in its cell, and what a new value sends and shows. */
export interface CellEdit<R> {
  /** The field's name in roles and in history. */
  field: string;
  label: string;
  kind: FieldKind;
  clearable: boolean;
  options?: OptionKind;
  choices?: { value: string; label: string }[];
  value: (record: R) => FieldValue;
  change: (record: R, value: FieldValue) => Edit<R>;
  /** Of a contact: those of this account are offered first. */
  account?: (record: R) => string | undefined;
}

export interface TableColumn<R> {
  id: string;
  header: string;
  width: number;
  /** Its part of the room that is left. */
  grow?: number;
  align?: "right";
  /** Its name in an export, where it is another. */
  field?: string;
  sort?: string;
  edit?: CellEdit<R>;
  /** Shown when it is chosen. */
  hidden?: boolean;
  /** Left out on the phone. */
  wide?: boolean;
  /** The field of lists whose figures can stand below it, and which figures it has. */
  sums?: { field: string; measures: Measure[] };
  /** The figure that it comes with. */
  figure?: Measure;
  title?: (record: R) => string | undefined;
  cell: (record: R, option: (id: string | null | undefined) => string) => ReactNode;
}

const COUNTS: Measure[] = ["count", "empty", "filled"];
/** What can stand below a column of numbers, of dates, of anything else that may be empty. */
export const NUMBERS: Measure[] = [...COUNTS, "sum", "average", "min", "max"];
export const ENDS: Measure[] = [...COUNTS, "min", "max"];
export const FILLED: Measure[] = COUNTS;

const REF_KEYS: Record<string, string> = {
  account: "account_id",
  primary_contact: "primary_contact_id",
  owner: "owner_id",
};

/** A field that the record has under its own name, or a record that it names. */
export function fieldEdit<R>(
  key: keyof R & string,
  label: string,
  kind: FieldKind,
  more: Partial<CellEdit<R>> = {},
): CellEdit<R> {
  const ref = REF_KEYS[key];
  return {
    field: key,
    label,
    kind,
    clearable: true,
    value: (record) => (record[key] ?? null) as FieldValue,
    change: (record, value) => {
      const body = ref ? { [ref]: (value as Ref | null)?.id ?? null } : { [key]: value };
      return { record, label, body, next: { ...(ref ? body : {}), [key]: value } as Partial<R> };
    },
    ...more,
  };
}

export const optionNames =
  (options: Option[]) =>
  (id: string | null | undefined): string =>
    options.find((o) => o.id === id)?.name ?? "";

/** A column as it stands in the table. */
export interface PlacedColumn {
  id: string;
  size: number;
  grow: number;
  /** Where it stays when the table is scrolled sideways, pixels from the left; null if it goes along. */
  left: number | null;
  /** The last that stays: others pass under its edge. */
  edge: boolean;
}
/** What is in a cell that stays is hidden by nothing: it has a ground of its own. */
export const stays = (c: PlacedColumn) =>
  c.left !== null && ["sticky z-1", c.edge && "group-data-scrolled/grid:border-r"];
export const columnStyle = (c: PlacedColumn) => ({
  flex: `${c.grow} 0 ${c.size}px`,
  ...(c.left === null ? {} : { left: c.left }),
});
export const cellClass = "flex min-w-0 items-center px-2 text-cell";
