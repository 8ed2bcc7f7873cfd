/** A list of records: tabs and views, chips, groups, columns, the table and what is done with many at once. */
import { Suspense, useCallback, useMemo, useState, type ReactNode } from "react";
import { number } from "@/lib/format";
import { useAlike, usePhone } from "@/lib/hooks";
import { loadable } from "@/lib/loadable";
import { ReadFailed } from "@/components/ui/states";
import type { Run } from "./list/bulk-bar";
import { ColumnChooser } from "./list/column-chooser";
import { FilterBox } from "./list/filter-box";
import { useFilters } from "./list/custom-filters";
import { useGrouping } from "./list/group-by";
import { GroupMenu } from "./list/group-menu";
import { apiFilters, nextSort, type ListSearch } from "./list/search";
import { sentenceNote } from "./list/sentence";
import type { ListSpec } from "./list/spec";
import { shownOf, useChosenColumns } from "./list/use-columns";
import { ViewBar } from "./list/view-bar";
import { selectionOf, useViews } from "./list/view-query";
import type { Listed, TableColumn } from "./table/column";
import { rowLines } from "./table/lines";
import { Table } from "./table/table";
import { useFigures } from "./table/use-figures";

const SentenceLeft = loadable(() => import("./list/sentence-box").then((m) => m.SentenceLeft));
const BulkBar = loadable(() => import("./list/bulk-bar").then((m) => m.BulkBar));
const NONE: ReadonlySet<string> = new Set();

interface Props<R extends Listed> {
  spec: ListSpec;
  rows: R[];
  /** How many there are in all, and in words. */
  count: number | undefined;
  total: string | null;
  /** All that this person may see. */
  columns: TableColumn<R>[];
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
  hasMore: boolean;
  loading: boolean;
  onMore: () => void;
  onCreate: (() => void) | null;
  /** What else may be done with records of this kind. */
  more?: (run: Run) => ReactNode;
  empty: ReactNode;
  /** Beside the views. */
  beside?: ReactNode;
  /** Over the rows. */
  above?: ReactNode;
  /** What stands for the table on the phone. */
  phone?: ReactNode;
  /** What is said of the chosen ones. */
  aside?: (records: R[]) => string;
}

export const totalWords = (page: { total?: number | null; total_is?: string | null } | undefined): string | null =>
  page?.total === undefined || page.total === null
    ? null
    : page.total_is === "at_least"
      ? `over ${number(page.total)}`
      : number(page.total);

export function RecordList<R extends Listed>(props: Props<R>) {
  const { spec, search, onSearch } = props;
  const columns = useAlike(props.columns);
  const phone = usePhone();
  const note = sentenceNote.use();
  const view = useViews(spec.object).find((v) => v.id === search.view);
  const chosen = useChosenColumns(spec, view?.layout === "list" ? view : undefined, columns);
  const known = chosen.shown.filter((c) => columns.some((def) => def.id === c.id));
  const shown = phone ? known.filter((c) => !columns.find((def) => def.id === c.id)?.wide) : known;
  const figures = useFigures(spec, search, columns, shown);
  const grouping = useGrouping<R>(spec, search);
  const grouped = Boolean(search.group);
  const rows = grouped ? grouping.rows : props.rows;
  const plain = useMemo(() => rowLines(props.rows), [props.rows]);
  const defs = useFilters(spec);
  // A selection belongs to what was listed when it was made.
  const at = JSON.stringify([apiFilters(search), search.q]);
  const [picked, setPicked] = useState<{ at: string; ids: ReadonlySet<string> }>({ at, ids: NONE });
  const ids = picked.at === at ? picked.ids : NONE;
  const pick = useCallback((next: ReadonlySet<string>) => setPicked({ at, ids: next }), [at]);
  const records = rows.filter((r) => ids.has(r.id));
  const every = !grouped && props.rows.length > 0 && records.length === props.rows.length && props.hasMore;
  const set = (id: string, change: Partial<(typeof known)[number]>) =>
    chosen.set(chosen.shown.map((c) => (c.id === id ? { ...c, ...change } : c)));
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ViewBar
        spec={spec}
        search={search}
        path={spec.path}
        count={props.total}
        columns={{ chosen, shown: shownOf(columns, known) }}
        onCreate={props.onCreate}
      >
        {props.beside}
      </ViewBar>
      <div className="flex shrink-0 items-start gap-2 border-b border-line px-4 py-2 md:border-b-0 md:px-5 md:py-3">
        <FilterBox spec={spec} search={search} onSearch={onSearch} />
        <GroupMenu spec={spec} search={search} onSearch={onSearch} />
        <ColumnChooser columns={columns} chosen={chosen} pins />
      </div>
      {note?.path === spec.path && <SentenceLeft note={note} />}
      {props.above}
      {grouped && <ReadFailed query={grouping.query} />}
      {phone && props.phone && !grouped ? (
        props.phone
      ) : (
        <Table
          spec={spec}
          defs={columns}
          lines={grouped ? (grouping.lines ?? []) : plain}
          count={grouped ? grouping.total : props.count}
          figures={figures}
          sort={search.sort}
          onSort={(field, add) => onSearch({ ...search, sort: nextSort(search.sort, field, add) })}
          shown={shown}
          onWidths={(widths) =>
            chosen.set(chosen.shown.map((c) => (c.id in widths ? { ...c, width: widths[c.id] ?? null } : c)))
          }
          onFigure={(id, figure) => set(id, { figure })}
          selected={ids}
          onSelected={pick}
          onGroup={grouping.toggle}
          onMoreOf={grouping.more}
          hasMore={!grouped && props.hasMore && !props.loading}
          onMore={props.onMore}
          empty={grouped && grouping.lines === null ? null : props.empty}
        />
      )}
      <Suspense>
        {records.length > 0 && (
          <BulkBar
            spec={spec}
            records={records}
            {...(props.aside ? { aside: props.aside(records) } : {})}
            {...(props.more ? { more: props.more } : {})}
            all={every && props.total ? { selection: selectionOf(search, defs), count: props.total } : null}
            onClear={() => pick(NONE)}
          />
        )}
      </Suspense>
    </div>
  );
}
