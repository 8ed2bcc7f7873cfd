import { createFileRoute, redirect } from "@tanstack/react-router";
import { optionsQuery, usersQuery } from "@/api/shared";
import { accountQuery } from "@/features/accounts/queries";
import { ACCOUNT_TABS, AccountRecord } from "@/features/accounts/record";
import { timeline } from "@/components/crm/timeline-load";

export const Route = createFileRoute("/_app/accounts/$id")({
  validateSearch: (search: Record<string, unknown>): { tab?: string } =>
    typeof search.tab === "string" ? { tab: search.tab } : {},
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const [record] = await Promise.all([
      queryClient.query({ ...accountQuery(id), staleTime: "static" }),
      // A record that was merged has none of its own any more; what else fails is told where it stands.
      timeline(queryClient, "account", id).catch(() => undefined),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
    if (record.id !== id) {
      // One that was merged: its links lead to what it became, until the merge is taken back.
      queryClient.removeQueries({ queryKey: accountQuery(id).queryKey });
      throw redirect({ to: "/accounts/$id", params: { id: record.id }, replace: true });
    }
    return { crumb: record.name };
  },
  component: RecordRoute,
});

function RecordRoute() {
  const { id } = Route.useParams();
  const { tab } = Route.useSearch();
  return <AccountRecord key={id} id={id} tab={ACCOUNT_TABS.find((t) => t === tab) ?? "timeline"} />;
}
