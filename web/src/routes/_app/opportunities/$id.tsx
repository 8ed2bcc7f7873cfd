import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { timelineQuery } from "@/components/crm/timeline-query";
import { opportunityQuery } from "@/features/opportunities/queries";
import { OpportunityRecord, readTab } from "@/features/opportunities/record";

export const Route = createFileRoute("/_app/opportunities/$id")({
  validateSearch: (search: Record<string, unknown>): { tab?: string } => (typeof search.tab === "string" ? { tab: search.tab } : {}),
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const [record] = await Promise.all([
      queryClient.ensureQueryData({ ...opportunityQuery(id), revalidateIfStale: true }),
      queryClient.ensureInfiniteQueryData(timelineQuery("opportunity", id)),
      queryClient.ensureQueryData(pipelinesQuery()),
      queryClient.ensureQueryData(optionsQuery()),
      queryClient.ensureQueryData(usersQuery()),
    ]);
    return { crumb: record.account?.name ?? record.name };
  },
  component: RecordRoute,
});

function RecordRoute() {
  const { id } = Route.useParams();
  return <OpportunityRecord key={id} id={id} tab={readTab(Route.useSearch().tab)} />;
}
