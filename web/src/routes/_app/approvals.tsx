import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { Approvals, approvalsQuery } from "@/features/proposals/approvals";

export const Route = createFileRoute("/_app/approvals")({
  staticData: { crumb: "Approvals" },
  validateSearch: (search: Record<string, unknown>): { view?: string } => (search.view === "decided" ? { view: "decided" } : {}),
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await Promise.all([
      queryClient.ensureQueryData(approvalsQuery(deps.view === "decided")),
      queryClient.ensureQueryData(pipelinesQuery()),
      queryClient.ensureQueryData(optionsQuery()),
      queryClient.ensureQueryData(usersQuery()),
    ]);
  },
  component: ApprovalsRoute,
});

function ApprovalsRoute() {
  return <Approvals decided={Route.useSearch().view === "decided"} />;
}
