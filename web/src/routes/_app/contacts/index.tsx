import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery } from "@/api/shared";
import { readRecordSearch } from "@/components/crm/record-search";
import { ContactList } from "@/features/contacts/list";
import { contactsQuery } from "@/features/contacts/queries";

export const Route = createFileRoute("/_app/contacts/")({
  validateSearch: readRecordSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await Promise.all([
      queryClient.infiniteQuery({ ...contactsQuery(deps), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
    ]);
  },
  component: ListRoute,
});

function ListRoute() {
  return <ContactList search={Route.useSearch()} />;
}
