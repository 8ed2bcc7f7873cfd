import { createFileRoute } from "@tanstack/react-router";
import { teamsQuery } from "@/api/shared";
import { ServiceAccounts } from "@/features/admin/keys/service-accounts";

export const Route = createFileRoute("/_app/admin/service-accounts")({
  staticData: { crumb: "Service accounts" },
  loader: async ({ context: { queryClient } }) => {
    const { oauthClientsQuery, serviceAccountsQuery } = await import("@/features/admin/keys/queries");
    await Promise.all([
      queryClient.query({ ...serviceAccountsQuery(), staleTime: "static" }),
      queryClient.query({ ...oauthClientsQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
    ]);
  },
  component: ServiceAccounts,
});
