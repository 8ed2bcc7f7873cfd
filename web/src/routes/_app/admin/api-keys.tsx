import { createFileRoute } from "@tanstack/react-router";
import { ApiKeys } from "@/features/admin/keys/api-keys";
import { apiKeysQuery } from "@/features/admin/keys/queries";

export const Route = createFileRoute("/_app/admin/api-keys")({
  staticData: { crumb: "API keys" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...apiKeysQuery(), staleTime: "static" });
  },
  component: ApiKeys,
});
