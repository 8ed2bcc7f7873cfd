import { createFileRoute } from "@tanstack/react-router";
import { SlaRules } from "@/features/rules/sla/list";

export const Route = createFileRoute("/_app/admin/sla/")({
  loader: async ({ context: { queryClient } }) => {
    const { slaRulesQuery } = await import("@/features/rules/sla/queries");
    await queryClient.query({ ...slaRulesQuery(), staleTime: "static" });
  },
  component: SlaRules,
});
