import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Building } from "lucide-react";
import { useFields, useMay, useOptions } from "@/api/shared";
import type { Account } from "@/api/types";
import { useCustomColumns } from "@/components/crm/custom-columns";
import { RecordList, totalWords } from "@/components/crm/record-list";
import type { RecordColumn } from "@/components/crm/record-table";
import type { ListSearch } from "@/components/crm/list/search";
import { CompanyMark, Person } from "@/components/ui/marks";
import { Empty } from "@/components/ui/states";
import { date, money, number } from "@/lib/format";
import { create } from "@/lib/frame";
import { accountsQuery } from "./queries";
import { SPEC } from "./spec";

export function AccountList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const query = useSuspenseInfiniteQuery(accountsQuery(search));
  const industries = useOptions("industry");
  const may = useMay("account", "create");
  const fields = useFields("account");
  const all: RecordColumn<Account>[] = [
    {
      id: "name",
      header: "Account",
      sort: "name",
      cell: (a) => (
        <Link
          to="/accounts/$id"
          params={{ id: a.id }}
          className="flex min-w-0 items-center gap-1.5 font-medium text-fg hover:underline"
        >
          <CompanyMark name={a.name} />
          <span className="truncate">{a.name}</span>
        </Link>
      ),
    },
    {
      id: "industry_id",
      header: "Industry",
      wide: true,
      cell: (a) => industries.find((o) => o.id === a.industry_id)?.name,
    },
    { id: "owner", header: "Owner", wide: true, cell: (a) => <Person person={a.owner} /> },
    { id: "country", header: "Country", wide: true, cell: (a) => a.country },
    {
      id: "employees",
      header: "Employees",
      wide: true,
      align: "right",
      cell: (a) => typeof a.employees === "number" && number(a.employees),
    },
    {
      id: "annual_revenue",
      header: "Revenue",
      sort: "annual_revenue",
      align: "right",
      cell: (a) => money(a.annual_revenue),
    },
    {
      id: "updated",
      field: "updated_at",
      header: "Changed",
      wide: true,
      sort: "updated_at",
      align: "right",
      cell: (a) => <span className="text-fg-3">{date(a.updated_at.slice(0, 10))}</span>,
    },
  ];
  const optional = useCustomColumns<Account>("account");
  const columns = [...all, ...optional].filter((c) => !fields.hides(c.id));
  return (
    <RecordList
      spec={SPEC}
      rows={query.data.pages.flatMap((p) => p.items)}
      total={totalWords(query.data.pages[0])}
      columns={columns}
      search={search}
      onSearch={(next) => void navigate({ to: "/accounts", search: next, replace: true })}
      hasMore={query.hasNextPage}
      loading={query.isFetchingNextPage}
      onMore={() => void query.fetchNextPage()}
      onCreate={may ? () => create({ kind: "account" }) : null}
      empty={
        <Empty icon={Building} title={search.q ? `No account matches “${search.q}”` : "No accounts yet"}>
          The companies that you sell to. Add one, or import a file of them.
        </Empty>
      }
    />
  );
}
