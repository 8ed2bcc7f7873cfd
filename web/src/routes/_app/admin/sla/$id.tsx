import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery } from "@/api/shared";
import { slaCalendarsQuery } from "@/components/crm/sla-calendars";
import { SlaEditor } from "@/features/rules/sla/editor";
import { slaRuleQuery } from "@/features/rules/sla/queries";

export const Route = createFileRoute("/_app/admin/sla/$id")({
  staticData: { crumb: "Rule" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    await Promise.all([
      queryClient.query({ ...slaCalendarsQuery(), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      id === "new" ? null : queryClient.query(slaRuleQuery(id)),
    ]);
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return id === "new" ? <SlaEditor rule={null} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  return <SlaEditor rule={useSuspenseQuery(slaRuleQuery(id)).data} />;
}
