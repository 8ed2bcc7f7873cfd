import { createFileRoute, redirect } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, teamsQuery, usersQuery } from "@/api/shared";
import { OpportunityList } from "@/features/opportunities/list";
import { listQuery } from "@/features/opportunities/queries";
import { apiFilters, tabOf, tabSearch, TABS, type ListSearch } from "@/features/opportunities/search";

export const Route = createFileRoute("/_app/opportunities/")({
  validateSearch: (search: Record<string, unknown>): ListSearch => search as ListSearch,
  beforeLoad: ({ search }) => {
    const first = TABS[0];
    if (first && !search.tab && !search.q && Object.keys(apiFilters(search)).length === 0) {
      throw redirect({ to: "/opportunities", search: tabSearch(first), replace: true });
    }
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await Promise.all([
      queryClient.infiniteQuery({ ...listQuery(deps), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
    ]);
    return { crumb: tabOf(deps)?.label ?? "Filtered" };
  },
  component: ListRoute,
});

function ListRoute() {
  return <OpportunityList search={Route.useSearch()} />;
}
