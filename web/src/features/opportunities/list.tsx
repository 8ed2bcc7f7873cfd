import { useSuspenseInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useFields, useMay } from "@/api/shared";
import { arrivals } from "@/components/crm/opportunity-cache";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";
import { create, trail } from "@/lib/frame";
import { usePhone } from "@/lib/hooks";
import { ColumnChooser } from "@/components/crm/list/column-chooser";
import { shownOf, useChosenColumns } from "@/components/crm/list/use-columns";
import { ViewBar } from "@/components/crm/list/view-bar";
import { useFilters } from "@/components/crm/list/custom-filters";
import { selectionOf, useViews } from "@/components/crm/list/view-query";
import { isHidden } from "./column-names";
import { useColumns } from "./custom";
import { FilterBox } from "@/components/crm/list/filter-box";
import { NoRows } from "./no-rows";
import { sum } from "./sum";
import { listQuery } from "./queries";
import { apiFilters, nextSort, tabOf, type ListSearch } from "@/components/crm/list/search";
import { OpportunityTable } from "./table";
import { SPEC } from "./spec";
import { Layouts } from "./layouts";
import { countWords } from "./list-footer";
import { loadable } from "@/lib/loadable";

const BulkBar = loadable(() => import("@/components/crm/list/bulk-bar").then((m) => m.BulkBar));
const OpportunityVerbs = loadable(() => import("./bulk-edit").then((m) => m.OpportunityVerbs));
const PhoneList = loadable(() => import("./phone-list").then((m) => m.PhoneList));
const NONE: ReadonlySet<string> = new Set();

export function OpportunityList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const phone = usePhone();
  const query = useSuspenseInfiniteQuery(listQuery(search));
  const [chosen, setChosen] = useState<{ at: string; ids: ReadonlySet<string> }>({ at: "", ids: NONE });
  const { hides } = useFields("opportunity");
  const may = useMay("opportunity", "create");
  const columns = useColumns();
  const readable = columns.filter((c) => !isHidden(c.id, hides));
  const view = useViews("opportunity").find((v) => v.id === search.view);
  const chosenColumns = useChosenColumns(SPEC, view?.layout === "list" ? view : undefined, columns);
  const shown = chosenColumns.shown.filter((c) => !isHidden(c.id, hides));
  const rows = useMemo(() => query.data.pages.flatMap((p) => p.items), [query.data]);
  const totals = query.data.pages[0]?.totals ?? undefined;
  const { fetchNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const go = (next: ListSearch) => void navigate({ to: "/opportunities", search: next, replace: true });

  // A selection belongs to what was listed when it was made.
  const at = JSON.stringify(apiFilters(search));
  const selected = chosen.at === at ? chosen.ids : NONE;
  const select = useCallback((ids: ReadonlySet<string>) => setChosen({ at, ids }), [at]);

  // Leaving for a record: remember the way back, and the order for "next" and "previous".
  useEffect(
    () => () => {
      const label = view?.name ?? tabOf(search, SPEC.tabs)?.label ?? "Filtered";
      const plain = Object.fromEntries(Object.entries(search).filter((e): e is [string, string] => Boolean(e[1])));
      trail.set({ label, path: "/opportunities", search: plain, ids: rows.map((r) => r.id) });
    },
    [search, rows, view?.name],
  );

  const records = rows.filter((r) => selected.has(r.id));
  const defs = useFilters(SPEC);
  const whole = totals && totals.count > records.length && records.length === rows.length ? totals : null;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ViewBar
        spec={SPEC}
        search={search}
        path="/opportunities"
        count={totals && countWords(totals)}
        columns={{ chosen: chosenColumns, shown: shownOf(readable, shown) }}
        onCreate={may ? () => create({ kind: "opportunity" }) : null}
      >
        <Layouts search={search} board={false} />
      </ViewBar>
      <div className="flex shrink-0 items-start gap-2 border-b border-line px-4 py-2 md:border-b-0 md:px-5 md:py-3">
        <FilterBox spec={SPEC} search={search} onSearch={go} />
        <ColumnChooser columns={readable} chosen={chosenColumns} pins />
      </div>
      <Arrivals />
      {phone ? (
        <Suspense>
          <PhoneList
            rows={rows}
            totals={totals}
            sort={search.sort}
            hasMore={query.hasNextPage}
            onMore={more}
            empty={<NoRows search={search} onSearch={go} />}
          />
        </Suspense>
      ) : (
        <OpportunityTable
          rows={rows}
          totals={totals}
          sort={search.sort}
          onSort={(field, add) => go({ ...search, sort: nextSort(search.sort, field, add) })}
          defs={columns}
          shown={shown}
          onWidths={(widths) =>
            chosenColumns.set(
              chosenColumns.shown.map((c) => ({ ...c, width: c.id in widths ? (widths[c.id] ?? null) : c.width })),
            )
          }
          selected={selected}
          onSelected={select}
          hasMore={query.hasNextPage}
          onMore={more}
          empty={<NoRows search={search} onSearch={go} />}
        />
      )}
      <Suspense>
        {records.length > 0 && (
          <BulkBar
            spec={SPEC}
            records={records}
            aside={sum(records)}
            more={(run) => <OpportunityVerbs run={run} />}
            all={whole ? { selection: selectionOf(search, defs), count: countWords(whole) } : null}
            onClear={() => select(NONE)}
          />
        )}
      </Suspense>
    </div>
  );
}

/** New rows wait here, so that nothing shifts what someone is reading. */
function Arrivals() {
  const waiting = arrivals.use();
  const client = useQueryClient();
  if (waiting.length === 0) return null;
  const show = () => {
    arrivals.set([]);
    void client.invalidateQueries({ queryKey: ["opportunities", "list"] });
  };
  return (
    <div className="pointer-events-none absolute inset-x-0 top-28 z-20 flex justify-center">
      <Button size="card" className="pointer-events-auto animate-rise rounded-xl shadow-3" onClick={show}>
        {plural(waiting.length, "new opportunity", "new opportunities")}
      </Button>
    </div>
  );
}
