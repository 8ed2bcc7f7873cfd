import { createFileRoute } from "@tanstack/react-router";
import { OutsideTools } from "@/features/governance/outside-tools";

export const Route = createFileRoute("/_app/admin/outside-tools")({
  staticData: { crumb: "Outside tools" },
  loader: async ({ context: { queryClient } }) => {
    const { toolServersQuery } = await import("@/features/governance/queries");
    await queryClient.query({ ...toolServersQuery(), staleTime: "static" });
  },
  component: OutsideTools,
});
