import { createFileRoute } from "@tanstack/react-router";
import { teamsQuery, usersQuery } from "@/api/shared";
import { People } from "@/features/admin/people";
import type { PeopleSearch } from "@/features/admin/queries";

export const Route = createFileRoute("/_app/admin/people")({
  staticData: { crumb: "People and teams" },
  validateSearch: (search: Record<string, unknown>): PeopleSearch => search as PeopleSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { peopleQuery } = await import("@/features/admin/queries");
    await Promise.all([
      queryClient.infiniteQuery({ ...peopleQuery(deps), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
    ]);
  },
  component: PeopleRoute,
});

function PeopleRoute() {
  const navigate = Route.useNavigate();
  return <People search={Route.useSearch()} onSearch={(search) => void navigate({ search, replace: true })} />;
}
