import { createFileRoute } from "@tanstack/react-router";
import { Automations } from "@/features/automations/list";

export const Route = createFileRoute("/_app/admin/automations/")({
  loader: async ({ context: { queryClient } }) => {
    const { automationsQuery } = await import("@/features/automations/queries");
    await queryClient.query({ ...automationsQuery(), staleTime: "static" });
  },
  component: Automations,
});
