import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { FieldLevel, Opportunity, Option } from "@/api/types";
import { Editor, type FieldValue } from "@/components/crm/editor";
import { PendingBadge } from "@/components/crm/pending-badge";
import { usePendingProposals } from "@/components/crm/pending-proposals";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/lib/cn";
import { columnStyle, optionNames, stays, type ListColumn, type PlacedColumn } from "./columns";
import { FIELDS } from "./fields";

export interface RowProps {
  record: Opportunity;
  index: number;
  defs: ListColumn[];
  columns: PlacedColumn[];
  options: Option[];
  selected: boolean;
  active: string | null;
  editing: string | null;
  currency: string;
  /** Fields that the reader's roles keep back. */
  kept: Record<string, FieldLevel> | undefined;
  onSelect: (id: string, on: boolean) => void;
  onEdit: (index: number, column: string | null) => void;
  onSave: (record: Opportunity, column: ListColumn, value: FieldValue, next: boolean) => void;
}

export const ROW = 36;
export const cellClass = "flex min-w-0 items-center px-2 text-cell";

/** What lies behind a cell that stays while others pass under it: as its row has it. */
const ground = (selected: boolean) => (selected ? "bg-accent-soft" : "bg-bg group-hover:bg-muted");

export const Row = memo(function Row(props: RowProps) {
  const { record, index, selected } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={cn(
        "group flex h-9 border-b border-line pr-3 hover:bg-muted",
        selected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <div
        role="gridcell"
        className={cn("sticky left-0 z-1 flex w-[54px] shrink-0 items-center pl-5", ground(selected))}
      >
        <Checkbox
          aria-label={`Select ${record.name}`}
          checked={selected}
          onCheckedChange={(on) => props.onSelect(record.id, on === true)}
        />
      </div>
      {props.columns.map((c) => (
        <Cell key={c.id} {...props} at={c} />
      ))}
    </div>
  );
});

function NameCell({ record }: { record: Opportunity }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Link
        to="/opportunities/$id"
        params={{ id: record.id }}
        tabIndex={-1}
        title={record.name}
        className="truncate hover:underline"
      >
        {record.name}
      </Link>
      <PendingBadge count={usePendingProposals(record.id)} />
    </span>
  );
}

function Cell(props: RowProps & { at: PlacedColumn }) {
  const { record, index, at } = props;
  const id = at.id;
  const column = props.defs.find((c) => c.id === id);
  if (!column) return null;
  const def = column.edit ? FIELDS[column.edit] : null;
  const may = def !== null && record.may.update && props.kept?.[def.key] === undefined;
  const editing = props.editing === id && may;
  const choices =
    def?.choices ??
    (def?.options
      ? props.options.filter((o) => o.kind === def.options).map((o) => ({ value: o.id, label: o.name }))
      : undefined);
  return (
    <div
      role="gridcell"
      tabIndex={props.active === id ? 0 : -1}
      data-cell={`${index}:${id}`}
      style={columnStyle(at)}
      onClick={(e) => {
        if (may && id !== "name" && !editing && e.target instanceof HTMLElement && !e.target.closest("a"))
          props.onEdit(index, id);
      }}
      onDoubleClick={() => may && props.onEdit(index, id)}
      className={cn(
        cellClass,
        "text-fg-2 focus-visible:-outline-offset-2",
        stays(at) && [stays(at), ground(props.selected)],
        column.align === "right" && "justify-end text-right tnum",
        may && id !== "name" && "cursor-text",
        id === "name" && "font-medium text-fg",
      )}
    >
      {editing ? (
        <Editor
          kind={def.kind}
          label={def.label}
          value={record[def.key] as FieldValue}
          currency={props.currency}
          clearable={def.clearable}
          {...(choices ? { choices } : {})}
          accountId={def.kind === "contact" ? (record.account_id ?? undefined) : undefined}
          onCancel={() => props.onEdit(index, null)}
          onSave={(value, next) => props.onSave(record, column, value, next)}
          className={column.align === "right" ? "text-right" : ""}
        />
      ) : id === "name" ? (
        <NameCell record={record} />
      ) : (
        <span className="truncate" title={id === "next_step" ? (record.next_step ?? undefined) : undefined}>
          {column.cell(record, optionNames(props.options))}
        </span>
      )}
    </div>
  );
}
