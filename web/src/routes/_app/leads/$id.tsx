import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, usersQuery } from "@/api/shared";
import { leadQuery } from "@/features/leads/queries";
import { LEAD_TABS, LeadRecord } from "@/features/leads/record";
import { timeline } from "@/components/crm/timeline-load";

export const Route = createFileRoute("/_app/leads/$id")({
  validateSearch: (search: Record<string, unknown>): { tab?: string } =>
    typeof search.tab === "string" ? { tab: search.tab } : {},
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const [record] = await Promise.all([
      queryClient.query({ ...leadQuery(id), staleTime: "static" }),
      timeline(queryClient, "lead", id),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
    return { crumb: record.name };
  },
  component: RecordRoute,
});

function RecordRoute() {
  const { id } = Route.useParams();
  const { tab } = Route.useSearch();
  return <LeadRecord key={id} id={id} tab={LEAD_TABS.find((t) => t === tab) ?? "timeline"} />;
}
