import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { needsAgent } from "@/components/frame/needs-agent";
import { Proposals } from "@/features/proposals/page";
import { readTab, type Tab } from "@/features/proposals/status";

export const Route = createFileRoute("/_app/proposals")({
  staticData: { crumb: "Proposals" },
  validateSearch: (search: Record<string, unknown>): { status?: Tab } => {
    const status = readTab(search.status);
    return status === "pending" ? {} : { status };
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await needsAgent(queryClient);
    const [{ proposalsQuery }, { statusOf }] = await Promise.all([
      import("@/components/crm/proposal-query"),
      import("@/features/proposals/status"),
    ]);
    await Promise.all([
      queryClient.infiniteQuery({ ...proposalsQuery(statusOf(deps.status ?? "pending")), staleTime: "static" }),
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
