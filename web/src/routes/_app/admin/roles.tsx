import { createFileRoute } from "@tanstack/react-router";
import { Roles } from "@/features/admin/roles";

export const Route = createFileRoute("/_app/admin/roles")({
  staticData: { crumb: "Roles" },
  validateSearch: (search: Record<string, unknown>): { role?: string } =>
    typeof search.role === "string" ? { role: search.role } : {},
  loader: async ({ context: { queryClient } }) => {
    const { roleGridQuery, rolesQuery } = await import("@/features/admin/queries");
    await Promise.all([
      queryClient.query({ ...rolesQuery(), staleTime: "static" }),
      queryClient.query({ ...roleGridQuery(), staleTime: "static" }),
    ]);
  },
  component: RolesRoute,
});

function RolesRoute() {
  return <Roles chosen={Route.useSearch().role} />;
}
