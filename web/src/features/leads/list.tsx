import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Target, Waypoints } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useFields, useMay } from "@/api/shared";
import type { Lead } from "@/api/types";
import { useAllColumns } from "@/components/crm/custom-columns";
import { RecordList, totalWords } from "@/components/crm/record-list";
import type { ListSearch } from "@/components/crm/list/search";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { create } from "@/lib/frame";
import { COLUMNS } from "./columns";
import { leadsQuery } from "./queries";
import { SPEC } from "./spec";

export function LeadList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const query = useSuspenseInfiniteQuery(leadsQuery(search));
  const may = useMay("lead", "create");
  const fields = useFields("lead");
  const columns = useAllColumns<Lead>("lead", COLUMNS);
  const rows = useMemo(() => query.data.pages.flatMap((p) => p.items), [query.data]);
  const { fetchNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  return (
    <RecordList<Lead>
      spec={SPEC}
      rows={rows}
      count={query.data.pages[0]?.total ?? undefined}
      total={totalWords(query.data.pages[0])}
      columns={columns.filter((c) => !fields.hides(c.id))}
      search={search}
      onSearch={(next) => void navigate({ to: "/leads", search: next, replace: true })}
      hasMore={query.hasNextPage}
      loading={isFetchingNextPage}
      onMore={more}
      more={(run) => (
        <Button variant="quiet" onClick={() => run("Assigning", "assigned", { assign: true })}>
          <Waypoints /> Assign by the rules
        </Button>
      )}
      onCreate={may ? () => create({ kind: "lead" }) : null}
      empty={
        <Empty icon={Target} title={search.q ? `No lead matches “${search.q}”` : "No leads here"}>
          People and companies that may become customers. Add one, and convert it when there is a deal to be made.
        </Empty>
      }
    />
  );
}
