/** The table of a list: virtual rows, columns that are sized, sorted and kept in sight, and cells that are edited. */
import { columnResizingFeature, columnSizingFeature, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { useSuspenseQuery } from "@tanstack/react-query";
import { optionsQuery, useMe } from "@/api/shared";
import { loadable } from "@/lib/loadable";
import type { Measure } from "@/api/types";
import type { ChosenColumn } from "@/components/crm/list/use-columns";
import type { ListSpec } from "@/components/crm/list/spec";
import type { Listed, TableColumn } from "./column";
import { Row, ROW } from "./row";
import { TableFooter } from "./table-footer";
import { TableHead } from "./table-head";
import { useCells } from "./use-cells";
import { CHECK_WIDTH, MIN_WIDTH, usePlaced, type Widths } from "./use-placed";
import type { Figures } from "./use-figures";
import type { Line } from "./lines";

/** How high what stands between rows is, in pixels. */
const GROUP = 40;
const GroupLineRow = loadable(() => import("./group-head").then((m) => m.GroupLineRow));

const features = tableFeatures({ columnSizingFeature, columnResizingFeature });

interface TableProps<R extends Listed> {
  spec: ListSpec;
  defs: TableColumn<R>[];
  /** What the table shows, from top to bottom: rows, and heads of groups. */
  lines: Line<R>[];
  count: number | undefined;
  figures: Figures;
  sort: string | undefined;
  onSort: (field: string, add: boolean) => void;
  /** Those that show, in their order. */
  shown: ChosenColumn[];
  onWidths: (widths: Widths) => void;
  onFigure: (column: string, figure: Measure | null) => void;
  selected: ReadonlySet<string>;
  onSelected: (ids: ReadonlySet<string>) => void;
  /** Opens or closes a group. */
  onGroup: (name: string) => void;
  /** The next rows of a group. */
  onMoreOf: (name: string) => void;
  hasMore: boolean;
  onMore: () => void;
  empty: ReactNode;
}

export function Table<R extends Listed>(props: TableProps<R>) {
  const { lines, selected, onSelected, defs } = props;
  const { columns, sizing, setSizing, resetWidth } = usePlaced(defs, props.shown, props.onWidths);
  const sized = useMemo(
    () => columns.map((c) => ({ id: c.id, header: c.header, minSize: MIN_WIDTH, accessorFn: () => null })),
    [columns],
  );
  const me = useMe();
  const options = useSuspenseQuery(optionsQuery()).data;
  const scroller = useRef<HTMLDivElement>(null);
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
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (n) => (lines[n]?.kind === "row" ? ROW : GROUP),
    getItemKey: (n) => lines[n]?.key ?? n,
    overscan: 12,
  });
  const cells = useCells({ ...props, columns, scroller, scrollTo: virtual.scrollToIndex, sizing, setSizing });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;

  const { hasMore, onMore } = props;
  useEffect(() => {
    if (hasMore && lastSeen > lines.length - 30) onMore();
  }, [hasMore, onMore, lastSeen, lines.length]);

  const rows = useMemo(() => lines.flatMap((l) => (l.kind === "row" ? [l.record.id] : [])), [lines]);
  const all = rows.length > 0 && rows.every((id) => selected.has(id));
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={props.spec.noun[1].replace(/^./, (c) => c.toUpperCase())}
      aria-rowcount={props.count ?? lines.length}
      aria-multiselectable
      // What the keys go to is not left behind the columns that stay.
      style={{ scrollPaddingLeft: columns.reduce((sum, c) => (c.left === null ? sum : sum + c.size), CHECK_WIDTH) }}
      className="group/grid @container relative min-h-0 flex-1 scroll-thin overflow-auto"
      onScroll={(e) => e.currentTarget.toggleAttribute("data-scrolled", e.currentTarget.scrollLeft > 0)}
      onKeyDown={cells.onKeyDown}
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
        onChoose={(on) => onSelected(on ? new Set(rows) : new Set())}
      />
      {lines.length === 0 && props.empty}
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize(), minWidth }}>
        <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map((item) => {
            const line = lines[item.index];
            if (!line) return null;
            if (line.kind !== "row")
              return (
                <GroupLineRow
                  key={line.key}
                  line={line}
                  spec={props.spec}
                  onGroup={props.onGroup}
                  onMore={props.onMoreOf}
                />
              );
            const { record } = line;
            return (
              <Row
                key={line.key}
                record={record}
                index={item.index}
                defs={defs}
                columns={columns}
                options={options}
                selected={selected.has(record.id)}
                active={cells.active.row === item.index ? cells.active.column : null}
                editing={cells.editing?.record.id === record.id ? cells.editing : null}
                currency={me.organisation.currency}
                kept={me.fields[props.spec.object]}
                onSelect={cells.onSelect}
                onEdit={cells.onEdit}
                onSave={cells.onSave}
                onKeep={cells.onKeep}
              />
            );
          })}
        </div>
      </div>
      {selected.size > 0 && <div className="h-32" />}
      <TableFooter
        spec={props.spec}
        defs={defs}
        columns={columns.map((c) => ({ ...c, figure: props.shown.find((s) => s.id === c.id)?.figure ?? null }))}
        figures={props.figures}
        minWidth={minWidth}
        onFigure={props.onFigure}
      />
    </div>
  );
}

const NO_ROWS: never[] = [];
