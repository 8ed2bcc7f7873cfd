import { createFileRoute } from "@tanstack/react-router";
import { teamsQuery } from "@/api/shared";
import { IdentityProviderPage } from "@/features/admin/single-sign-on/page";

export const Route = createFileRoute("/_app/admin/single-sign-on/$id")({
  loader: async ({ context: { queryClient }, params }) => {
    const { identityProviderQuery, rolesQuery } = await import("@/features/admin/queries");
    await Promise.all([
      queryClient.query({ ...identityProviderQuery(params.id), staleTime: "static" }),
      queryClient.query({ ...rolesQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
    ]);
  },
  component: ProviderRoute,
});

function ProviderRoute() {
  return <IdentityProviderPage id={Route.useParams().id} />;
}
