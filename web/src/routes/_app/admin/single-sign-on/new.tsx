import { createFileRoute } from "@tanstack/react-router";
import { teamsQuery } from "@/api/shared";
import type { IdentityProviderKind } from "@/api/types";
import { NewIdentityProvider } from "@/features/admin/single-sign-on/page";

export const Route = createFileRoute("/_app/admin/single-sign-on/new")({
  staticData: { crumb: "New" },
  validateSearch: (search: Record<string, unknown>): { kind: IdentityProviderKind } => ({
    kind: search.kind === "entra" || search.kind === "google" ? search.kind : "generic",
  }),
  loader: async ({ context: { queryClient } }) => {
    const { rolesQuery } = await import("@/features/admin/queries");
    await Promise.all([
      queryClient.query({ ...rolesQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
    ]);
  },
  component: NewRoute,
});

function NewRoute() {
  return <NewIdentityProvider kind={Route.useSearch().kind} />;
}
