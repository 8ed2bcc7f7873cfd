import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, teamsQuery, usersQuery } from "@/api/shared";
import { OpportunityBoard } from "@/features/opportunities/board";
import { boardQuery, lanesQuery } from "@/features/opportunities/queries";
import { tabOf, type ListSearch } from "@/components/crm/list/search";
import { viewsQuery } from "@/components/crm/list/view-query";
import { SPEC } from "@/features/opportunities/spec";

export const Route = createFileRoute("/_app/opportunities/board")({
  validateSearch: (search: Record<string, unknown>): ListSearch => search as ListSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const [views] = await Promise.all([
      queryClient.query({ ...viewsQuery("opportunity"), staleTime: "static" }),
      queryClient.query({ ...boardQuery(deps), staleTime: "static" }),
      deps.lanes ? queryClient.query({ ...lanesQuery(deps, deps.lanes), staleTime: "static" }) : null,
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
    ]);
    return { crumb: views.find((v) => v.id === deps.view)?.name ?? tabOf(deps, SPEC.tabs)?.label ?? "Board" };
  },
  component: BoardRoute,
});

function BoardRoute() {
  return <OpportunityBoard search={Route.useSearch()} />;
}
