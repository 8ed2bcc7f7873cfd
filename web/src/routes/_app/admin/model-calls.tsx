import { createFileRoute } from "@tanstack/react-router";
import { CallsPage } from "@/features/governance/calls";

export const Route = createFileRoute("/_app/admin/model-calls")({
  staticData: { crumb: "Model calls" },
  validateSearch: (search: Record<string, unknown>): { failed?: boolean } =>
    typeof search.failed === "boolean" ? { failed: search.failed } : {},
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { callsQuery } = await import("@/features/governance/queries");
    await queryClient.infiniteQuery(callsQuery(deps));
  },
  component: CallsPage,
});
