import { useSuspenseInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect, useMemo } from "react";
import { useFields, useMay } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import { useAllColumns } from "@/components/crm/custom-columns";
import { arrivals } from "@/components/crm/opportunity-cache";
import { RecordList } from "@/components/crm/record-list";
import { useViews } from "@/components/crm/list/view-query";
import { tabOf, type ListSearch } from "@/components/crm/list/search";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";
import { create, trail } from "@/lib/frame";
import { loadable } from "@/lib/loadable";
import { isHidden } from "./column-names";
import { COLUMNS } from "./columns";
import { Layouts } from "./layouts";
import { listQuery } from "./queries";
import { SPEC } from "./spec";
import { countWords, sum } from "./sum";

const NoRows = loadable(() => import("./no-rows").then((m) => m.NoRows));
const OpportunityVerbs = loadable(() => import("./bulk-edit").then((m) => m.OpportunityVerbs));
const PhoneList = loadable(() => import("./phone-list").then((m) => m.PhoneList));

export function OpportunityList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const query = useSuspenseInfiniteQuery(listQuery(search));
  const { hides } = useFields("opportunity");
  const may = useMay("opportunity", "create");
  const columns = useAllColumns<Opportunity>("opportunity", COLUMNS);
  const view = useViews("opportunity").find((v) => v.id === search.view);
  const rows = useMemo(() => query.data.pages.flatMap((p) => p.items), [query.data]);
  const totals = query.data.pages[0]?.totals ?? undefined;
  const { fetchNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const go = (next: ListSearch) => void navigate({ to: "/opportunities", search: next, replace: true });

  // Leaving for a record: remember the way back, and the order for "next" and "previous".
  useEffect(
    () => () => {
      const label = view?.name ?? tabOf(search, SPEC.tabs)?.label ?? "Filtered";
      const plain = Object.fromEntries(Object.entries(search).filter((e): e is [string, string] => Boolean(e[1])));
      trail.set({ label, path: "/opportunities", search: plain, ids: rows.map((r) => r.id) });
    },
    [search, rows, view?.name],
  );

  const empty = <NoRows search={search} onSearch={go} />;
  return (
    <RecordList<Opportunity>
      spec={SPEC}
      rows={rows}
      count={totals?.count}
      total={totals ? countWords(totals) : null}
      columns={columns.filter((c) => !isHidden(c.id, hides))}
      search={search}
      onSearch={go}
      hasMore={query.hasNextPage}
      loading={isFetchingNextPage}
      onMore={more}
      onCreate={may ? () => create({ kind: "opportunity" }) : null}
      more={(run) => <OpportunityVerbs run={run} />}
      aside={sum}
      beside={<Layouts search={search} board={false} />}
      above={<Arrivals />}
      phone={
        <Suspense>
          <PhoneList
            rows={rows}
            totals={totals}
            sort={search.sort}
            hasMore={query.hasNextPage}
            onMore={more}
            empty={empty}
          />
        </Suspense>
      }
      empty={empty}
    />
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
