import { createFileRoute } from "@tanstack/react-router";
import { RunTracePage } from "@/features/governance/run-trace";

export const Route = createFileRoute("/_app/admin/model-runs/$id")({
  staticData: { crumb: "Run" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { traceQuery } = await import("@/components/crm/trace/query");
    await queryClient.query(traceQuery(id, true));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return <RunTracePage key={id} id={id} />;
}
