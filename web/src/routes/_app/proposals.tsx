import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { proposalsQuery } from "@/components/crm/proposal-query";
import { needsAgent } from "@/components/frame/needs-agent";
import { Proposals } from "@/features/proposals/page";
import { readTab, statusOf } from "@/features/proposals/status";

export const Route = createFileRoute("/_app/proposals")({
  staticData: { crumb: "Proposals" },
  validateSearch: (search: Record<string, unknown>): { status?: string } =>
    typeof search.status === "string" ? { status: search.status } : {},
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await needsAgent(queryClient, "shared");
    await Promise.all([
      queryClient.infiniteQuery({ ...proposalsQuery(statusOf(readTab(deps.status))), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
  },
  component: ProposalsRoute,
});

function ProposalsRoute() {
  return <Proposals tab={readTab(Route.useSearch().status)} />;
}
