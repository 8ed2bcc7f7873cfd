import { createFileRoute, redirect } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, teamsQuery, usersQuery } from "@/api/shared";
import { opened } from "@/components/crm/list/open-view";
import type { ListSearch } from "@/components/crm/list/search";
import { viewsQuery } from "@/components/crm/list/view-query";
import { AccountList } from "@/features/accounts/list";

export const Route = createFileRoute("/_app/accounts/")({
  validateSearch: (search: Record<string, unknown>): ListSearch => search as ListSearch,
  beforeLoad: async ({ search, context: { queryClient } }) => {
    const { SPEC } = await import("@/features/accounts/spec");
    const to = await opened(queryClient, SPEC, search);
    if (to) throw redirect({ to: "/accounts", search: to.search, replace: true });
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { accountsQuery } = await import("@/features/accounts/queries");
    await Promise.all([
      queryClient.infiniteQuery({ ...accountsQuery(deps), staleTime: "static" }),
      queryClient.query({ ...viewsQuery("account"), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
    ]);
  },
  component: ListRoute,
});

function ListRoute() {
  return <AccountList search={Route.useSearch()} />;
}
