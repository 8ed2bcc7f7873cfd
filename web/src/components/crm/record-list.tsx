/** The list of accounts and that of contacts: the tabs, views, chips and columns of all lists, over a plain table. */
import { Suspense, useState, type ReactNode } from "react";
import { number } from "@/lib/format";
import { useNear } from "@/lib/hooks";
import { loadable } from "@/lib/loadable";
import type { Chosen } from "./list/bulk";
import type { Run } from "./list/bulk-bar";
import { ColumnChooser } from "./list/column-chooser";
import { FilterBox } from "./list/filter-box";
import { useFilters } from "./list/custom-filters";
import { apiFilters, type ListSearch } from "./list/search";
import type { ListSpec } from "./list/spec";
import { shownOf, useChosenColumns } from "./list/use-columns";
import { ViewBar } from "./list/view-bar";
import { RecordTable, type RecordColumn } from "./record-table";
import { selectionOf, useViews } from "./list/view-query";

const BulkBar = loadable(() => import("./list/bulk-bar").then((m) => m.BulkBar));
const NONE: ReadonlySet<string> = new Set();

interface Props<R extends Chosen> {
  spec: ListSpec;
  rows: R[];
  total: string | null;
  /** All that this person may see. */
  columns: RecordColumn<R>[];
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
  hasMore: boolean;
  loading: boolean;
  onMore: () => void;
  onCreate: (() => void) | null;
  /** What else may be done with records of this kind. */
  more?: (run: Run) => ReactNode;
  empty: ReactNode;
}

export const totalWords = (page: { total?: number | null; total_is?: string | null } | undefined): string | null =>
  page?.total === undefined || page.total === null
    ? null
    : page.total_is === "at_least"
      ? `over ${number(page.total)}`
      : number(page.total);

export function RecordList<R extends Chosen>(props: Props<R>) {
  const { spec, search, onSearch } = props;
  const view = useViews(spec.object).find((v) => v.id === search.view);
  const chosen = useChosenColumns(spec, view, props.columns);
  const columns = shownOf(props.columns, chosen.shown);
  const near = useNear(props.onMore, props.hasMore && !props.loading);
  const defs = useFilters(spec);
  // A selection belongs to what was listed when it was made.
  const at = JSON.stringify([apiFilters(search), search.q]);
  const [picked, setPicked] = useState<{ at: string; ids: ReadonlySet<string> }>({ at, ids: NONE });
  const ids = picked.at === at ? picked.ids : NONE;
  const records = props.rows.filter((r) => ids.has(r.id));
  const pick = (next: Iterable<string>) => setPicked({ at, ids: new Set(next) });
  const every = props.rows.length > 0 && records.length === props.rows.length;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ViewBar
        spec={spec}
        search={search}
        path={spec.path}
        count={props.total}
        columns={{ chosen, shown: columns }}
        onCreate={props.onCreate}
      />
      <div className="flex shrink-0 items-start gap-2 border-b border-line px-4 py-2 md:px-5 md:py-3">
        <FilterBox spec={spec} search={search} onSearch={onSearch} />
        <ColumnChooser columns={props.columns} chosen={chosen} />
      </div>
      <div className="min-h-0 flex-1 scroll-thin overflow-auto">
        <RecordTable
          rows={props.rows}
          columns={columns}
          sort={search.sort}
          onSort={(sort) => onSearch({ ...search, sort })}
          picked={ids}
          onPick={pick}
        />
        {props.rows.length === 0 && props.empty}
        <div ref={near} className="py-3 text-center text-meta text-fg-3">
          {props.loading && "Loading more"}
        </div>
      </div>
      <Suspense>
        {records.length > 0 && (
          <BulkBar
            spec={spec}
            records={records}
            {...(props.more ? { more: props.more } : {})}
            all={
              every && props.hasMore && props.total
                ? { selection: selectionOf(search, defs), count: props.total }
                : null
            }
            onClear={() => pick([])}
          />
        )}
      </Suspense>
    </div>
  );
}
