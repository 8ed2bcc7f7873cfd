import { createFileRoute, redirect } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, teamsQuery, usersQuery } from "@/api/shared";
import { opened } from "@/components/crm/list/open-view";
import type { ListSearch } from "@/components/crm/list/search";
import { viewsQuery } from "@/components/crm/list/view-query";
import { LeadList } from "@/features/leads/list";

export const Route = createFileRoute("/_app/leads/")({
  validateSearch: (search: Record<string, unknown>): ListSearch => search as ListSearch,
  beforeLoad: async ({ search, context: { queryClient } }) => {
    const { SPEC } = await import("@/features/leads/spec");
    const to = await opened(queryClient, SPEC, search);
    if (to) throw redirect({ to: "/leads", search: to.search, replace: true });
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { leadsQuery } = await import("@/features/leads/queries");
    await Promise.all([
      queryClient.infiniteQuery({ ...leadsQuery(deps), staleTime: "static" }),
      queryClient.query({ ...viewsQuery("lead"), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
    ]);
  },
  component: ListRoute,
});

function ListRoute() {
  return <LeadList search={Route.useSearch()} />;
}
