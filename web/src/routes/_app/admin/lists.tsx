import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery } from "@/api/shared";
import { Lists } from "@/features/admin/lists";

export const Route = createFileRoute("/_app/admin/lists")({
  staticData: { crumb: "Lists" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...optionsQuery(), staleTime: "static" });
  },
  component: Lists,
});
