import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Target, Waypoints } from "lucide-react";
import { useFields, useMay, useOptions } from "@/api/shared";
import type { Lead } from "@/api/types";
import { useCustomColumns } from "@/components/crm/custom-columns";
import { RecordList, totalWords } from "@/components/crm/record-list";
import type { RecordColumn } from "@/components/crm/record-table";
import type { ListSearch } from "@/components/crm/list/search";
import { Button } from "@/components/ui/button";
import { Person, PersonMark } from "@/components/ui/marks";
import { Empty } from "@/components/ui/states";
import { date } from "@/lib/format";
import { create } from "@/lib/frame";
import { leadsQuery } from "./queries";
import { ratingWord } from "./ratings";
import { SPEC } from "./spec";
import { LeadStatus } from "./status";

function SourceName({ id }: { id: string | null | undefined }) {
  const options = useOptions("source", id ?? null);
  return <>{options.find((o) => o.id === id)?.name}</>;
}

const COLUMNS: RecordColumn<Lead>[] = [
  {
    id: "name",
    header: "Lead",
    sort: "name",
    cell: (l) => (
      <Link
        to="/leads/$id"
        params={{ id: l.id }}
        className="flex min-w-0 items-center gap-1.5 font-medium text-fg hover:underline"
      >
        <PersonMark id={l.id} name={l.name} />
        <span className="truncate">{l.name}</span>
      </Link>
    ),
  },
  { id: "company", header: "Company", sort: "company", wide: true, cell: (l) => l.company },
  { id: "status", header: "Status", cell: (l) => <LeadStatus lead={l} /> },
  { id: "rating", header: "Rating", wide: true, cell: (l) => ratingWord(l.rating) },
  { id: "source_id", header: "Source", wide: true, cell: (l) => <SourceName id={l.source_id} /> },
  {
    id: "email",
    header: "E-mail",
    wide: true,
    cell: (l) =>
      l.email && (
        <a href={`mailto:${l.email}`} className="hover:underline">
          {l.email}
        </a>
      ),
  },
  { id: "owner", header: "Owner", wide: true, cell: (l) => <Person person={l.owner} /> },
  {
    id: "created",
    field: "created_at",
    header: "Came in",
    wide: true,
    sort: "created_at",
    align: "right",
    cell: (l) => <span className="text-fg-3">{date(l.created_at.slice(0, 10))}</span>,
  },
];

export function LeadList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const query = useSuspenseInfiniteQuery(leadsQuery(search));
  const may = useMay("lead", "create");
  const fields = useFields("lead");
  const optional = useCustomColumns<Lead>("lead");
  return (
    <RecordList
      spec={SPEC}
      rows={query.data.pages.flatMap((p) => p.items)}
      total={totalWords(query.data.pages[0])}
      columns={[...COLUMNS, ...optional].filter((c) => !fields.hides(c.id))}
      search={search}
      onSearch={(next) => void navigate({ to: "/leads", search: next, replace: true })}
      hasMore={query.hasNextPage}
      loading={query.isFetchingNextPage}
      onMore={() => void query.fetchNextPage()}
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
