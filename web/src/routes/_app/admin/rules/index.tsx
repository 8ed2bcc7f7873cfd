import { createFileRoute } from "@tanstack/react-router";
import { Rules } from "@/features/rules/list";

export const Route = createFileRoute("/_app/admin/rules/")({
  loader: async ({ context: { queryClient } }) => {
    const { rulesQuery } = await import("@/features/rules/queries");
    await queryClient.query({ ...rulesQuery(), staleTime: "static" });
  },
  component: Rules,
});
