import { useSuspenseInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { RotateCcw } from "lucide-react";
import { Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useFields } from "@/api/shared";
import { arrivals } from "@/components/crm/opportunity-cache";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";
import { trail } from "@/lib/frame";
import { usePhone, useStored } from "@/lib/hooks";
import { HIDDEN, isHidden } from "./columns";
import { ColumnChooser } from "./column-chooser";
import { useColumns } from "./custom";
import { FilterBox } from "./filter-box";
import { NoRows } from "./no-rows";
import { listQuery } from "./queries";
import { apiFilters, isChanged, nextSort, tabOf, tabSearch, TABS, type ListSearch } from "./search";
import { OpportunityTable } from "./table";
import { ViewBar } from "./view-bar";
import { loadable } from "@/lib/loadable";

const BulkBar = loadable(() => import("./bulk-bar").then((m) => m.BulkBar));
const PhoneList = loadable(() => import("./phone-list").then((m) => m.PhoneList));
const NONE: ReadonlySet<string> = new Set();

export function OpportunityList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const phone = usePhone();
  const query = useSuspenseInfiniteQuery(listQuery(search));
  const [visibility, setVisibility] = useStored<Record<string, boolean>>("dw.columns.opportunities", HIDDEN);
  const [chosen, setChosen] = useState<{ at: string; ids: ReadonlySet<string> }>({ at: "", ids: NONE });
  const { hides } = useFields("opportunity");
  const columns = useColumns();
  const first = Object.fromEntries(columns.filter((c) => c.hidden).map((c) => [c.id, false]));
  const kept = Object.fromEntries(columns.filter((c) => isHidden(c.id, hides)).map((c) => [c.id, false]));
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
      const label = tabOf(search)?.label ?? "Filtered";
      const plain = Object.fromEntries(Object.entries(search).filter((e): e is [string, string] => Boolean(e[1])));
      trail.set({ label, path: "/opportunities", search: plain, ids: rows.map((r) => r.id) });
    },
    [search, rows],
  );

  const records = rows.filter((r) => selected.has(r.id));
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ViewBar search={search} board={false} totals={totals} />
      <div className="flex shrink-0 items-start gap-2 border-b border-line px-4 py-2 md:border-b-0 md:px-5 md:py-3">
        <FilterBox search={search} onSearch={go} />
        {isChanged(search) && (
          <Button className="h-[34px] max-md:hidden" onClick={() => go(tabSearch(tabOf(search) ?? ALL_OPEN))}>
            <RotateCcw /> Reset
          </Button>
        )}
        <ColumnChooser columns={columns} visibility={visibility} onChange={setVisibility} />
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
          visibility={{ ...first, ...visibility, ...kept }}
          selected={selected}
          onSelected={select}
          hasMore={query.hasNextPage}
          onMore={more}
          empty={<NoRows search={search} onSearch={go} />}
        />
      )}
      <Suspense>{records.length > 0 && <BulkBar records={records} onClear={() => select(NONE)} />}</Suspense>
    </div>
  );
}

const ALL_OPEN = TABS[0] ?? { id: "open", label: "All open", search: {} };

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
