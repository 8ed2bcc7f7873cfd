import { createFileRoute } from "@tanstack/react-router";
import { teamsQuery } from "@/api/shared";
import { identityProviderQuery, rolesQuery } from "@/features/admin/queries";
import { IdentityProviderPage } from "@/features/admin/single-sign-on/page";

export const Route = createFileRoute("/_app/admin/single-sign-on/$id")({
  loader: async ({ context: { queryClient }, params }) => {
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
