import { columnResizingFeature, columnSizingFeature, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { optionsQuery, useMe } from "@/api/shared";
import type { Opportunity, Totals } from "@/api/types";
import type { FieldValue } from "@/components/crm/editor";
import type { ChosenColumn } from "@/components/crm/list/use-columns";
import { same } from "@/components/crm/fact";
import { useEdit } from "@/components/crm/use-edit";
import type { ListColumn } from "./columns";
import { CHECK_WIDTH, MIN_WIDTH, usePlaced, type Widths } from "./use-placed";
import { editOf, FIELDS } from "./fields";
import { ListFooter } from "./list-footer";
import { Row, ROW } from "./row";
import { TableHead } from "./table-head";

const features = tableFeatures({ columnSizingFeature, columnResizingFeature });

interface Props {
  defs: ListColumn[];
  rows: Opportunity[];
  totals: Totals | undefined;
  sort: string | undefined;
  onSort: (field: string, add: boolean) => void;
  /** Those that show, in their order. */
  shown: ChosenColumn[];
  onWidths: (widths: Widths) => void;
  selected: ReadonlySet<string>;
  onSelected: (ids: ReadonlySet<string>) => void;
  hasMore: boolean;
  onMore: () => void;
  empty: ReactNode;
}

export function OpportunityTable(props: Props) {
  const { rows, selected, onSelected, defs } = props;
  const { columns, sizing, setSizing, resetWidth } = usePlaced(defs, props.shown, props.onWidths);
  const sized = useMemo(
    () => columns.map((c) => ({ id: c.id, header: c.header, minSize: MIN_WIDTH, accessorFn: () => null })),
    [columns],
  );
  const me = useMe();
  const currency = me.organisation.currency;
  const kept = me.fields.opportunity;
  const editable = (column: string): boolean => {
    const edit = defs.find((c) => c.id === column)?.edit;
    return edit !== undefined && kept?.[FIELDS[edit].key] === undefined;
  };
  const options = useSuspenseQuery(optionsQuery()).data;
  const save = useEdit<Opportunity>("opportunities");
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<{ row: number; column: string }>({ row: 0, column: "name" });
  /** With the record as it was when the cell was opened: others may change it meanwhile. */
  const [editing, setEditing] = useState<{ record: Opportunity; column: string } | null>(null);
  const table = useTable({
    features,
    columns: sized,
    data: NO_ROWS,
    state: { columnSizing: sizing },
    onColumnSizingChange: setSizing,
    columnResizeMode: "onChange",
  });
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
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
      const record = rows[row];
      setEditing(column && record ? { record, column } : null);
      if (column) setActive({ row, column });
      else if (ours(scroller.current, document.activeElement)) focus(row, active.column);
    },
    [rows, focus, active.column],
  );
  const onSave = (record: Opportunity, column: ListColumn, value: FieldValue, next: boolean) => {
    const def = column.edit && FIELDS[column.edit];
    const row = rows.findIndex((r) => r.id === record.id);
    const seen = editing?.record ?? record;
    if (def && !same(value, (seen[def.key] ?? null) as FieldValue)) save(editOf(seen, def, value));
    const at = columns.findIndex((c) => c.id === column.id);
    const following = columns.slice(at + 1).find((c) => editable(c.id));
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
    const wider = event.altKey && { ArrowRight: 16, ArrowLeft: -16 }[event.key];
    const size = columns[at]?.size;
    if (wider && size !== undefined) {
      event.preventDefault();
      setSizing((now) => ({ ...now, [active.column]: Math.max(MIN_WIDTH, size + wider) }));
    } else if (event.key === "ArrowDown") go(active.row + 1, active.column);
    else if (event.key === "ArrowUp") go(active.row - 1, active.column);
    else if (event.key === "ArrowRight") go(active.row, columns[at + 1]?.id);
    else if (event.key === "ArrowLeft") go(active.row, columns[at - 1]?.id);
    else if (event.key === " " && record) {
      event.preventDefault();
      onSelect(record.id, !selected.has(record.id));
    } else if (event.key === "Enter" && record) {
      event.preventDefault();
      if (active.column === "name") event.target.querySelector("a")?.click();
      else if (editable(active.column) && record.may.update) onEdit(active.row, active.column);
    }
  };

  const all = rows.length > 0 && rows.every((r) => selected.has(r.id));
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Opportunities"
      aria-rowcount={props.totals?.count ?? rows.length}
      aria-multiselectable
      // What the keys go to is not left behind the columns that stay.
      style={{ scrollPaddingLeft: columns.reduce((sum, c) => (c.left === null ? sum : sum + c.size), CHECK_WIDTH) }}
      className="group/grid relative min-h-0 flex-1 scroll-thin overflow-auto"
      onScroll={(e) => e.currentTarget.toggleAttribute("data-scrolled", e.currentTarget.scrollLeft > 0)}
      onKeyDown={onKeyDown}
    >
      <TableHead
        defs={defs}
        headers={headers}
        columns={columns}
        onResetWidth={resetWidth}
        minWidth={minWidth}
        sort={props.sort}
        onSort={props.onSort}
        chosen={all ? "all" : selected.size > 0 ? "some" : "none"}
        onChoose={(on) => onSelected(on ? new Set(rows.map((r) => r.id)) : new Set())}
      />
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
                  defs={defs}
                  columns={columns}
                  options={options}
                  selected={selected.has(record.id)}
                  active={active.row === item.index ? active.column : null}
                  editing={editing?.record.id === record.id ? editing.column : null}
                  currency={currency}
                  kept={kept}
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

/** Whether the focus is in the grid or in the list that a cell has opened: if it has gone elsewhere, it stays there. */
const ours = (grid: Element | null, focused: Element | null): boolean =>
  focused !== null && (grid?.contains(focused) === true || focused.closest("[data-slot=popover]") !== null);

const NO_ROWS: Opportunity[] = [];
