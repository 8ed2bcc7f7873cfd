import { createFileRoute } from "@tanstack/react-router";
import { ServiceLevels } from "@/features/dashboards/service-levels";
import type { Asked } from "@/features/dashboards/queries";

const words = ["period", "rule", "team", "due", "whose"] as const;

export const Route = createFileRoute("/_app/dashboards/service-levels")({
  staticData: { crumb: "Service levels" },
  validateSearch: (search: Record<string, unknown>): Asked =>
    Object.fromEntries(words.flatMap((w) => (typeof search[w] === "string" ? [[w, search[w]]] : []))),
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { dashboardQueries } = await import("@/features/dashboards/queries");
    await dashboardQueries(queryClient, deps);
  },
  component: Page,
});

function Page() {
  return <ServiceLevels asked={Route.useSearch()} />;
}
