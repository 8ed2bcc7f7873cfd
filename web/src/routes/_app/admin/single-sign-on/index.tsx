import { createFileRoute } from "@tanstack/react-router";
import { IdentityProviders } from "@/features/admin/single-sign-on/list";

export const Route = createFileRoute("/_app/admin/single-sign-on/")({
  loader: async ({ context: { queryClient } }) => {
    const { identityProvidersQuery } = await import("@/features/admin/queries");
    await queryClient.query({ ...identityProvidersQuery(), staleTime: "static" });
  },
  component: IdentityProviders,
});
