import { createFileRoute } from "@tanstack/react-router";
import { SlaRules } from "@/features/rules/sla/list";
import { slaRulesQuery } from "@/features/rules/sla/queries";

export const Route = createFileRoute("/_app/admin/sla/")({
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...slaRulesQuery(), staleTime: "static" });
  },
  component: SlaRules,
});
