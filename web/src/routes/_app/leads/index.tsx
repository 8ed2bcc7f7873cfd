import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery } from "@/api/shared";
import { LeadList } from "@/features/leads/list";
import { leadsQuery } from "@/features/leads/queries";
import { readLeadSearch } from "@/features/leads/search";

export const Route = createFileRoute("/_app/leads/")({
  validateSearch: readLeadSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await Promise.all([
      queryClient.infiniteQuery({ ...leadsQuery(deps), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
    ]);
  },
  component: ListRoute,
});

function ListRoute() {
  return <LeadList search={Route.useSearch()} />;
}
