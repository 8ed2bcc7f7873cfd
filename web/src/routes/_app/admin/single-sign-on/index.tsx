import { createFileRoute } from "@tanstack/react-router";
import { identityProvidersQuery } from "@/features/admin/queries";
import { IdentityProviders } from "@/features/admin/single-sign-on/list";

export const Route = createFileRoute("/_app/admin/single-sign-on/")({
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...identityProvidersQuery(), staleTime: "static" });
  },
  component: IdentityProviders,
});
