import { createFileRoute } from "@tanstack/react-router";
import { FieldAccess } from "@/features/admin/field-access";
import { type FieldObject, FIELD_OBJECTS } from "@/features/admin/field-objects";

export const Route = createFileRoute("/_app/admin/field-access")({
  staticData: { crumb: "Field access" },
  validateSearch: (search: Record<string, unknown>): { object?: FieldObject } => {
    const object = FIELD_OBJECTS.find((o) => o === search.object);
    return object ? { object } : {};
  },
  loader: async ({ context: { queryClient } }) => {
    const { roleFieldsQuery, rolesQuery } = await import("@/features/admin/queries");
    const roles = await queryClient.query({ ...rolesQuery(), staleTime: "static" });
    await Promise.all(roles.map((r) => queryClient.query({ ...roleFieldsQuery(r.id), staleTime: "static" })));
  },
  component: Page,
});

function Page() {
  const { object } = Route.useSearch();
  return <FieldAccess object={object ?? "opportunity"} />;
}
