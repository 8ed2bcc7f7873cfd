import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Building } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useFields, useMay } from "@/api/shared";
import type { Account } from "@/api/types";
import { useAllColumns } from "@/components/crm/custom-columns";
import { RecordList, totalWords } from "@/components/crm/record-list";
import type { ListSearch } from "@/components/crm/list/search";
import { Empty } from "@/components/ui/states";
import { create } from "@/lib/frame";
import { COLUMNS } from "./columns";
import { accountsQuery } from "./queries";
import { SPEC } from "./spec";

export function AccountList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const query = useSuspenseInfiniteQuery(accountsQuery(search));
  const may = useMay("account", "create");
  const fields = useFields("account");
  const columns = useAllColumns<Account>("account", COLUMNS);
  const rows = useMemo(() => query.data.pages.flatMap((p) => p.items), [query.data]);
  const { fetchNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  return (
    <RecordList<Account>
      spec={SPEC}
      rows={rows}
      count={query.data.pages[0]?.total ?? undefined}
      total={totalWords(query.data.pages[0])}
      columns={columns.filter((c) => !fields.hides(c.id))}
      search={search}
      onSearch={(next) => void navigate({ to: "/accounts", search: next, replace: true })}
      hasMore={query.hasNextPage}
      loading={isFetchingNextPage}
      onMore={more}
      onCreate={may ? () => create({ kind: "account" }) : null}
      empty={
        <Empty icon={Building} title={search.q ? `No account matches “${search.q}”` : "No accounts yet"}>
          The companies that you sell to. Add one, or import a file of them.
        </Empty>
      }
    />
  );
}
