import { createFileRoute } from "@tanstack/react-router";
import { DAYS } from "@/features/governance/period";
import { QualityPage } from "@/features/governance/quality";

export const Route = createFileRoute("/_app/admin/ai-quality")({
  staticData: { crumb: "AI quality" },
  validateSearch: (search: Record<string, unknown>): { days?: number } => {
    const days = DAYS.find((n) => n === Number(search.days));
    return days === undefined ? {} : { days };
  },
  loader: async ({ context: { queryClient } }) => {
    const { alertsQuery, promptsQuery } = await import("@/features/governance/queries");
    await Promise.all([
      queryClient.query({ ...alertsQuery(), staleTime: "static" }),
      queryClient.query({ ...promptsQuery(), staleTime: "static" }),
    ]);
  },
  component: QualityPage,
});
