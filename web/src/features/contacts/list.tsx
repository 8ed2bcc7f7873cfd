import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Contact as Glyph } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useFields, useMay } from "@/api/shared";
import type { Contact } from "@/api/types";
import { useAllColumns } from "@/components/crm/custom-columns";
import { RecordList, totalWords } from "@/components/crm/record-list";
import type { ListSearch } from "@/components/crm/list/search";
import { Empty } from "@/components/ui/states";
import { create } from "@/lib/frame";
import { COLUMNS } from "./columns";
import { contactsQuery } from "./queries";
import { SPEC } from "./spec";

export function ContactList({ search }: { search: ListSearch }) {
  const navigate = useNavigate();
  const query = useSuspenseInfiniteQuery(contactsQuery(search));
  const may = useMay("contact", "create");
  const fields = useFields("contact");
  const columns = useAllColumns<Contact>("contact", COLUMNS);
  const rows = useMemo(() => query.data.pages.flatMap((p) => p.items), [query.data]);
  const { fetchNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  return (
    <RecordList<Contact>
      spec={SPEC}
      rows={rows}
      count={query.data.pages[0]?.total ?? undefined}
      total={totalWords(query.data.pages[0])}
      columns={columns.filter((c) => !fields.hides(c.id))}
      search={search}
      onSearch={(next) => void navigate({ to: "/contacts", search: next, replace: true })}
      hasMore={query.hasNextPage}
      loading={isFetchingNextPage}
      onMore={more}
      onCreate={may ? () => create({ kind: "contact" }) : null}
      empty={
        <Empty icon={Glyph} title={search.q ? `No contact matches “${search.q}”` : "No contacts yet"}>
          The people at your accounts. Add one, or import a file of them.
        </Empty>
      }
    />
  );
}
