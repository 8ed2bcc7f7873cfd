import { createFileRoute } from "@tanstack/react-router";
import { Scoring } from "@/features/rules/scoring/page";

export const Route = createFileRoute("/_app/admin/scoring")({
  staticData: { crumb: "Lead scoring" },
  loader: async ({ context: { queryClient } }) => {
    const { scoreModelQuery } = await import("@/features/rules/scoring/queries");
    await queryClient.query({ ...scoreModelQuery(), staleTime: "static" });
  },
  component: Scoring,
});
