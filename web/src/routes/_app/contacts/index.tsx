import { createFileRoute, redirect } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, teamsQuery, usersQuery } from "@/api/shared";
import { opened } from "@/components/crm/list/open-view";
import type { ListSearch } from "@/components/crm/list/search";
import { viewsQuery } from "@/components/crm/list/view-query";
import { ContactList } from "@/features/contacts/list";

export const Route = createFileRoute("/_app/contacts/")({
  validateSearch: (search: Record<string, unknown>): ListSearch => search as ListSearch,
  beforeLoad: async ({ search, context: { queryClient } }) => {
    const { SPEC } = await import("@/features/contacts/spec");
    const to = await opened(queryClient, SPEC, search);
    if (to) throw redirect({ to: "/contacts", search: to.search, replace: true });
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { contactsQuery } = await import("@/features/contacts/queries");
    await Promise.all([
      queryClient.infiniteQuery({ ...contactsQuery(deps), staleTime: "static" }),
      queryClient.query({ ...viewsQuery("contact"), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
    ]);
  },
  component: ListRoute,
});

function ListRoute() {
  return <ContactList search={Route.useSearch()} />;
}
