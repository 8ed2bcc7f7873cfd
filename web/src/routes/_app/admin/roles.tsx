import { createFileRoute } from "@tanstack/react-router";
import { rolesQuery } from "@/features/admin/queries";
import { Roles } from "@/features/admin/roles";

export const Route = createFileRoute("/_app/admin/roles")({
  staticData: { crumb: "Roles" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([queryClient.query({ ...rolesQuery(), staleTime: "static" })]);
  },
  component: Roles,
});
