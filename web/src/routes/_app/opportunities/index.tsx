import { createFileRoute, redirect } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, teamsQuery, usersQuery } from "@/api/shared";
import { OpportunityList } from "@/features/opportunities/list";
import { listQuery } from "@/features/opportunities/queries";
import { opened } from "@/components/crm/list/open-view";
import { tabOf, type ListSearch } from "@/components/crm/list/search";
import { viewsQuery } from "@/components/crm/list/view-query";
import { SPEC } from "@/features/opportunities/spec";

export const Route = createFileRoute("/_app/opportunities/")({
  validateSearch: (search: Record<string, unknown>): ListSearch => search as ListSearch,
  beforeLoad: async ({ search, context: { queryClient } }) => {
    const to = await opened(queryClient, SPEC, search);
    if (to)
      throw redirect({ to: to.board ? "/opportunities/board" : "/opportunities", search: to.search, replace: true });
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const [views] = await Promise.all([
      queryClient.query({ ...viewsQuery("opportunity"), staleTime: "static" }),
      queryClient.infiniteQuery({ ...listQuery(deps), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
    ]);
    return { crumb: views.find((v) => v.id === deps.view)?.name ?? tabOf(deps, SPEC.tabs)?.label ?? "Filtered" };
  },
  component: ListRoute,
});

function ListRoute() {
  return <OpportunityList search={Route.useSearch()} />;
}
