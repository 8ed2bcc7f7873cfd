import { createFileRoute } from "@tanstack/react-router";
import { DAYS } from "@/features/governance/period";
import { UsagePage } from "@/features/governance/usage";

export const Route = createFileRoute("/_app/admin/ai-usage")({
  staticData: { crumb: "AI usage" },
  validateSearch: (search: Record<string, unknown>): { days?: number } => {
    const days = DAYS.find((n) => n === Number(search.days));
    return days === undefined ? {} : { days };
  },
  loader: async ({ context: { queryClient } }) => {
    const { budgetsQuery } = await import("@/features/governance/queries");
    await queryClient.query({ ...budgetsQuery(), staleTime: "static" });
  },
  component: UsagePage,
});
