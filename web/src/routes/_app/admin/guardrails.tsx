import { createFileRoute } from "@tanstack/react-router";
import { GuardrailsPage } from "@/features/governance/guardrails";

export const Route = createFileRoute("/_app/admin/guardrails")({
  staticData: { crumb: "AI guardrails" },
  loader: async ({ context: { queryClient } }) => {
    const { guardrailsQuery } = await import("@/features/governance/queries");
    await queryClient.query({ ...guardrailsQuery(), staleTime: "static" });
  },
  component: GuardrailsPage,
});
