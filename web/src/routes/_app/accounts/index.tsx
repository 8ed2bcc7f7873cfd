import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery } from "@/api/shared";
import { readRecordSearch } from "@/components/crm/record-search";
import { AccountList } from "@/features/accounts/list";
import { accountsQuery } from "@/features/accounts/queries";

export const Route = createFileRoute("/_app/accounts/")({
  validateSearch: readRecordSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await Promise.all([
      queryClient.infiniteQuery({ ...accountsQuery(deps), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
    ]);
  },
  component: ListRoute,
});

function ListRoute() {
  return <AccountList search={Route.useSearch()} />;
}
