import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { opportunityQuery } from "@/features/opportunities/queries";
import { OpportunityRecord, readTab } from "@/features/opportunities/record";
import { timeline } from "@/components/crm/timeline-load";

export const Route = createFileRoute("/_app/opportunities/$id")({
  validateSearch: (search: Record<string, unknown>): { tab?: string } =>
    typeof search.tab === "string" ? { tab: search.tab } : {},
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const [record] = await Promise.all([
      queryClient.query({ ...opportunityQuery(id), staleTime: "static" }),
      timeline(queryClient, "opportunity", id),
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
