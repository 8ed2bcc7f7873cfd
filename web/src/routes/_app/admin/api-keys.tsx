import { createFileRoute } from "@tanstack/react-router";
import { ApiKeys } from "@/features/admin/keys/api-keys";

export const Route = createFileRoute("/_app/admin/api-keys")({
  staticData: { crumb: "API keys" },
  loader: async ({ context: { queryClient } }) => {
    const { apiKeysQuery, connectedAppsQuery } = await import("@/features/admin/keys/queries");
    await Promise.all([
      queryClient.query({ ...apiKeysQuery(), staleTime: "static" }),
      queryClient.query({ ...connectedAppsQuery(), staleTime: "static" }),
    ]);
  },
  component: ApiKeys,
});
