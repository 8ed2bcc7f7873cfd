import { createFileRoute } from "@tanstack/react-router";
import { IndexState } from "@/features/knowledge/index-state";
import { statusQuery } from "@/features/knowledge/queries";

export const Route = createFileRoute("/_app/admin/knowledge")({
  staticData: { crumb: "Search index" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...statusQuery(), staleTime: "static" });
  },
  component: IndexState,
});
