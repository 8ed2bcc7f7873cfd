import { createFileRoute } from "@tanstack/react-router";
import { teamsQuery, usersQuery } from "@/api/shared";
import { People } from "@/features/admin/people";

export const Route = createFileRoute("/_app/admin/people")({
  staticData: { crumb: "People and teams" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
    ]);
  },
  component: People,
});
