import {
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { optionsQuery, useMe } from "@/api/shared";
import type { Opportunity, Totals } from "@/api/types";
import type { FieldValue } from "@/components/crm/editor";
import { same } from "@/components/crm/fact";
import { useEdit } from "@/components/crm/use-edit";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/lib/cn";
import { columnFlex, COLUMNS, columnOf, type ListColumn } from "./columns";
import { editOf, FIELDS } from "./fields";
import { ListFooter } from "./list-footer";
import { cellClass, Row, ROW } from "./row";
import { readSort } from "./search";

const features = tableFeatures({ columnVisibilityFeature, columnSizingFeature, columnResizingFeature });
const defs = COLUMNS.map((c) => ({ id: c.id, header: c.header, size: c.width, minSize: 64, accessorFn: () => null }));

interface Props {
  rows: Opportunity[];
  totals: Totals | undefined;
  sort: string | undefined;
  onSort: (field: string, add: boolean) => void;
  visibility: Record<string, boolean>;
  selected: ReadonlySet<string>;
  onSelected: (ids: ReadonlySet<string>) => void;
  hasMore: boolean;
  onMore: () => void;
  empty: ReactNode;
}

export function OpportunityTable(props: Props) {
  const { rows, selected, onSelected } = props;
  const currency = useMe().organisation.currency;
  const options = useSuspenseQuery(optionsQuery()).data;
  const save = useEdit<Opportunity>("opportunities");
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<{ row: number; column: string }>({ row: 0, column: "name" });
  const [editing, setEditing] = useState<{ row: number; column: string } | null>(null);
  const table = useTable({
    features,
    columns: defs,
    data: NO_ROWS,
    state: { columnVisibility: props.visibility },
    columnResizeMode: "onChange",
  });
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const sizes = headers.map((h) => `${h.id}:${h.getSize()}`).join();
  const columns = useMemo(
    () => sizes.split(",").map((s) => ({ id: s.split(":")[0] ?? "", size: Number(s.split(":")[1]) })),
    [sizes],
  );
  const minWidth = columns.reduce((sum, c) => sum + c.size, CHECK_WIDTH + 12);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;

  const { hasMore, onMore } = props;
  useEffect(() => {
    if (hasMore && lastSeen > rows.length - 30) onMore();
  }, [hasMore, onMore, lastSeen, rows.length]);

  const focus = useCallback((row: number, column: string) => {
    setActive({ row, column });
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus(),
    );
  }, []);
  const onSelect = useCallback(
    (id: string, on: boolean) => {
      const next = new Set(selected);
      if (on) next.add(id);
      else next.delete(id);
      onSelected(next);
    },
    [selected, onSelected],
  );
  const onEdit = useCallback(
    (row: number, column: string | null) => {
      setEditing(column ? { row, column } : null);
      if (column) setActive({ row, column });
      else if (scroller.current?.contains(document.activeElement) !== false) focus(row, active.column);
    },
    [focus, active.column],
  );
  const onSave = (record: Opportunity, column: ListColumn, value: FieldValue, next: boolean) => {
    const def = column.edit && FIELDS[column.edit];
    const row = rows.findIndex((r) => r.id === record.id);
    if (def && !same(value, record[def.key] as FieldValue)) save(editOf(record, def, value));
    const at = columns.findIndex((c) => c.id === column.id);
    const following = columns.slice(at + 1).find((c) => columnOf(c.id)?.edit);
    if (next && following) {
      onEdit(row, following.id);
      return;
    }
    setEditing(null);
    focus(row, column.id);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (editing || !(event.target instanceof HTMLElement) || !event.target.dataset.cell) return;
    const at = columns.findIndex((c) => c.id === active.column);
    const go = (row: number, column: string | undefined) => {
      event.preventDefault();
      const bounded = Math.max(0, Math.min(rows.length - 1, row));
      virtual.scrollToIndex(bounded);
      focus(bounded, column ?? active.column);
    };
    const record = rows[active.row];
    if (event.key === "ArrowDown") go(active.row + 1, active.column);
    else if (event.key === "ArrowUp") go(active.row - 1, active.column);
    else if (event.key === "ArrowRight") go(active.row, columns[at + 1]?.id);
    else if (event.key === "ArrowLeft") go(active.row, columns[at - 1]?.id);
    else if (event.key === " " && record) {
      event.preventDefault();
      onSelect(record.id, !selected.has(record.id));
    } else if (event.key === "Enter" && record) {
      event.preventDefault();
      if (active.column === "name") event.target.querySelector("a")?.click();
      else if (columnOf(active.column)?.edit && record.may.update) onEdit(active.row, active.column);
    }
  };

  const sorted = readSort(props.sort);
  const all = rows.length > 0 && rows.every((r) => selected.has(r.id));
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Opportunities"
      aria-rowcount={props.totals?.count ?? rows.length}
      aria-multiselectable
      className="relative min-h-0 flex-1 scroll-thin overflow-auto"
      onKeyDown={onKeyDown}
    >
      <div role="row" style={{ minWidth }} className="sticky top-0 z-10 flex h-8 border-b border-line bg-bg pr-3">
        <div role="columnheader" className="flex w-[54px] shrink-0 items-center pl-5">
          <Checkbox
            aria-label="Select all loaded rows"
            checked={all ? true : selected.size > 0 ? "indeterminate" : false}
            onCheckedChange={(on) => onSelected(on === true ? new Set(rows.map((r) => r.id)) : new Set())}
          />
        </div>
        {headers.map((header) => {
          const column = columnOf(header.id);
          const key = sorted.find((k) => k.field === column?.sort);
          return (
            <div
              key={header.id}
              role="columnheader"
              aria-sort={key ? (key.desc ? "descending" : "ascending") : undefined}
              style={columnFlex(header.id, header.getSize())}
              className={cn(
                cellClass,
                "group/head relative text-meta font-medium text-fg-3",
                column?.align === "right" && "justify-end",
              )}
            >
              {column?.sort ? (
                <button
                  type="button"
                  title="Sort; with Shift, also by this"
                  onClick={(e) => props.onSort(column.sort ?? "", e.shiftKey)}
                  className={cn("inline-flex items-center gap-1 truncate hover:text-fg", key && "text-fg")}
                >
                  {key && (key.desc ? <ArrowDown className="size-3" /> : <ArrowUp className="size-3" />)}
                  {column.header}
                  {key && sorted.length > 1 && <span className="text-fg-3">{sorted.indexOf(key) + 1}</span>}
                </button>
              ) : (
                <span className="truncate">{column?.header}</span>
              )}
              <span
                aria-hidden
                onMouseDown={header.getResizeHandler()}
                onTouchStart={header.getResizeHandler()}
                onDoubleClick={() => header.column.resetSize()}
                className="absolute inset-y-1.5 right-0 w-1.5 cursor-col-resize border-r border-transparent group-hover/head:border-line-strong hover:border-accent!"
              />
            </div>
          );
        })}
      </div>
      {rows.length === 0 && props.empty}
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize(), minWidth }}>
        <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map((item) => {
            const record = rows[item.index];
            return (
              record && (
                <Row
                  key={record.id}
                  record={record}
                  index={item.index}
                  columns={columns}
                  options={options}
                  selected={selected.has(record.id)}
                  active={active.row === item.index ? active.column : null}
                  editing={editing?.row === item.index ? editing.column : null}
                  currency={currency}
                  onSelect={onSelect}
                  onEdit={onEdit}
                  onSave={onSave}
                />
              )
            );
          })}
        </div>
      </div>
      {selected.size > 0 && <div className="h-32" />}
      <ListFooter columns={columns} totals={props.totals} minWidth={minWidth} />
    </div>
  );
}

/** The column of checkboxes. */
const CHECK_WIDTH = 54;
const NO_ROWS: Opportunity[] = [];
