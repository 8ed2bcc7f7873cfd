import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Contact as Glyph } from "lucide-react";
import { useFields, useMay } from "@/api/shared";
import type { Contact } from "@/api/types";
import { useCustomColumns } from "@/components/crm/custom-columns";
import { RecordList, totalWords } from "@/components/crm/record-list";
import type { RecordColumn } from "@/components/crm/record-table";
import type { ListSearch } from "@/components/crm/list/search";
import { Company, Person, PersonMark } from "@/components/ui/marks";
import { Empty } from "@/components/ui/states";
import { date } from "@/lib/format";
import { create } from "@/lib/frame";
import { contactsQuery } from "./queries";
import { SPEC } from "./spec";

const COLUMNS: RecordColumn<Contact>[] = [
  {
    id: "name",
    header: "Contact",
    sort: "name",
    cell: (c) => (
      <Link
        to="/contacts/$id"
        params={{ id: c.id }}
        className="flex min-w-0 items-center gap-1.5 font-medium text-fg hover:underline"
      >
        <PersonMark id={c.id} name={c.name} />
        <span className="truncate">{c.name}</span>
      </Link>
    ),
  },
  { id: "title", header: "Title", wide: true, cell: (c) => c.title },
  {
    id: "account",
    header: "Account",
    cell: (c) =>
      c.account && (
        <Link to="/accounts/$id" params={{ id: c.account.id }} className="hover:underline">
          <Company name={c.account.name} />
        </Link>
      ),
  },
  {
    id: "email",
    header: "E-mail",
    wide: true,
    cell: (c) =>
      c.email && (
        <a href={`mailto:${c.email}`} className="hover:underline">
          {c.email}
        </a>
      ),
  },
  { id: "phone", header: "Phone", wide: true, cell: (c) => c.phone },
  { id: "owner", header: "Owner", wide: true, cell: (c) => <Person person={c.owner} /> },
  {
    id: "updated",
    field: "updated_at",
    header: "Changed",
    wide: true,
    sort: "updated_at",
    align: "right",
    cell: (c) => <span className="text-fg-3">{date(c.updated_at.slice(0, 10))}</span>,
  },
];

export function ContactList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const query = useSuspenseInfiniteQuery(contactsQuery(search));
  const may = useMay("contact", "create");
  const fields = useFields("contact");
  const optional = useCustomColumns<Contact>("contact");
  return (
    <RecordList
      spec={SPEC}
      rows={query.data.pages.flatMap((p) => p.items)}
      total={totalWords(query.data.pages[0])}
      columns={[...COLUMNS, ...optional].filter((c) => !fields.hides(c.id))}
      search={search}
      onSearch={(next) => void navigate({ to: "/contacts", search: next, replace: true })}
      hasMore={query.hasNextPage}
      loading={query.isFetchingNextPage}
      onMore={() => void query.fetchNextPage()}
      onCreate={may ? () => create({ kind: "contact" }) : null}
      empty={
        <Empty icon={Glyph} title={search.q ? `No contact matches “${search.q}”` : "No contacts yet"}>
          The people at your accounts. Add one, or import a file of them.
        </Empty>
      }
    />
  );
}
