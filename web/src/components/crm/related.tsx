import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Link2 } from "lucide-react";
import { get } from "@/api/client";
import { PersonMark } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { Card, Empty, SkeletonRows } from "@/components/ui/states";
import { date, money } from "@/lib/format";

const relatedDeals = (filter: { account_id?: string; contact_id?: string }) =>
  queryOptions({
    queryKey: ["opportunities", "related", filter],
    queryFn: async () => (await get("/opportunities", { query: { ...filter, limit: 50 } })).items,
  });
const peopleOf = (accountId: string) =>
  queryOptions({
    queryKey: ["contacts", "of", accountId],
    queryFn: async () => (await get("/contacts", { query: { account_id: accountId, limit: 50, sort: "name" } })).items,
  });

export function RelatedDeals({
  filter,
  except,
}: {
  filter: { account_id?: string; contact_id?: string };
  except?: string;
}) {
  const query = useQuery(relatedDeals(filter));
  const deals = (query.data ?? []).filter((o) => o.id !== except);
  return (
    <Card title="Opportunities">
      {query.isPending && <SkeletonRows rows={3} />}
      {query.isSuccess && deals.length === 0 && (
        <p className="px-4 py-4 text-cell text-fg-3">{except ? "No other deals." : "No deals yet."}</p>
      )}
      <ul>
        {deals.map((o) => (
          <li key={o.id} className="border-b border-line last:border-0">
            <Link
              to="/opportunities/$id"
              params={{ id: o.id }}
              className="flex min-h-9 items-center gap-3 px-4 py-1 text-cell hover:bg-muted"
            >
              <StageRing kind={o.stage.kind} probability={o.stage.probability} />
              <span className="min-w-0 flex-1 truncate font-medium text-fg">{o.name}</span>
              <span className="w-28 truncate text-fg-3 max-md:hidden">{o.stage.name}</span>
              <span className="w-24 text-right text-fg tnum">{money(o.amount)}</span>
              <span className="w-24 text-right text-fg-3 tnum max-md:hidden">{date(o.close_date)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function RelatedPeople({ accountId }: { accountId: string }) {
  const query = useQuery(peopleOf(accountId));
  return (
    <Card title="Contacts">
      {query.isPending && <SkeletonRows rows={3} />}
      {query.data?.length === 0 && <p className="px-4 py-4 text-cell text-fg-3">No contacts yet.</p>}
      <ul>
        {query.data?.map((c) => (
          <li key={c.id} className="border-b border-line last:border-0">
            <Link
              to="/contacts/$id"
              params={{ id: c.id }}
              className="flex min-h-9 items-center gap-2 px-4 py-1 text-cell hover:bg-muted"
            >
              <PersonMark id={c.id} name={c.name} />
              <span className="font-medium text-fg">{c.name}</span>
              <span className="min-w-0 flex-1 truncate text-fg-3">{c.title}</span>
              <span className="truncate text-fg-3 max-md:hidden">{c.email}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function RelatedRecords({ accountId, except }: { accountId: string | null; except: string }) {
  if (!accountId) {
    return (
      <Empty icon={Link2} title="No account on this deal">
        Choose its account, and the account’s people and other deals appear here.
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <RelatedDeals filter={{ account_id: accountId }} except={except} />
      <RelatedPeople accountId={accountId} />
    </div>
  );
}
