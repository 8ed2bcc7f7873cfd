import { createFileRoute } from "@tanstack/react-router";
import { ApiKeys } from "@/features/admin/keys/api-keys";

export const Route = createFileRoute("/_app/admin/api-keys")({
  staticData: { crumb: "API keys" },
  loader: async ({ context: { queryClient } }) => {
    const { apiKeysQuery } = await import("@/features/admin/keys/queries");
    await queryClient.query({ ...apiKeysQuery(), staleTime: "static" });
  },
  component: ApiKeys,
});
