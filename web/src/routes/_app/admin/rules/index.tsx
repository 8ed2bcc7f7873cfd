import { createFileRoute } from "@tanstack/react-router";
import { Rules } from "@/features/rules/list";
import { rulesQuery } from "@/features/rules/queries";

export const Route = createFileRoute("/_app/admin/rules/")({
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...rulesQuery(), staleTime: "static" });
  },
  component: Rules,
});
