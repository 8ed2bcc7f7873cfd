import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { Approvals } from "@/features/proposals/approvals";
import { approvalsQuery } from "@/features/proposals/queries";

export const Route = createFileRoute("/_app/approvals")({
  staticData: { crumb: "Approvals" },
  validateSearch: (search: Record<string, unknown>): { view?: string } =>
    search.view === "decided" ? { view: "decided" } : {},
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await Promise.all([
      queryClient.infiniteQuery({ ...approvalsQuery(deps.view === "decided"), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
  },
  component: ApprovalsRoute,
});

function ApprovalsRoute() {
  return <Approvals decided={Route.useSearch().view === "decided"} />;
}
