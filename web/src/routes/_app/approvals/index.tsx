import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { Approvals } from "@/features/approvals/page";
import { readTab, type Tab } from "@/features/approvals/queries";

export const Route = createFileRoute("/_app/approvals/")({
  validateSearch: (search: Record<string, unknown>): { tab?: Tab } => {
    const tab = search.tab === "mine" || search.tab === "history" ? search.tab : undefined;
    return tab ? { tab } : {};
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { approvalsQuery } = await import("@/features/approvals/queries");
    await Promise.all([
      queryClient.infiniteQuery({ ...approvalsQuery(deps.tab ?? "waiting"), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
  },
  component: ApprovalsRoute,
});

function ApprovalsRoute() {
  return <Approvals tab={readTab(Route.useSearch().tab)} />;
}
