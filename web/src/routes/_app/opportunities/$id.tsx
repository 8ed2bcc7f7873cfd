import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { timelineQuery } from "@/components/crm/timeline-query";
import { opportunityQuery } from "@/features/opportunities/queries";
import { OpportunityRecord, readTab } from "@/features/opportunities/record";

export const Route = createFileRoute("/_app/opportunities/$id")({
  validateSearch: (search: Record<string, unknown>): { tab?: string } =>
    typeof search.tab === "string" ? { tab: search.tab } : {},
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const [record] = await Promise.all([
      queryClient.query({ ...opportunityQuery(id), staleTime: "static" }),
      queryClient.infiniteQuery({ ...timelineQuery("opportunity", id), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
    return { crumb: record.account?.name ?? record.name };
  },
  component: RecordRoute,
});

function RecordRoute() {
  const { id } = Route.useParams();
  return <OpportunityRecord key={id} id={id} tab={readTab(Route.useSearch().tab)} />;
}
