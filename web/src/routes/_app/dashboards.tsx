import { createFileRoute } from "@tanstack/react-router";
import { Dashboards } from "@/features/dashboards/page";
import { adherenceQuery, breachesQuery, readPeriod, type Asked } from "@/features/dashboards/queries";

export const Route = createFileRoute("/_app/dashboards")({
  staticData: { crumb: "Dashboards" },
  validateSearch: (search: Record<string, unknown>): Asked => ({
    ...(typeof search.period === "string" ? { period: readPeriod(search.period) } : {}),
    ...(typeof search.rule === "string" ? { rule: search.rule } : {}),
    ...(typeof search.team === "string" ? { team: search.team } : {}),
  }),
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await Promise.all([
      queryClient.query({ ...adherenceQuery(deps), staleTime: "static" }),
      queryClient.query({ ...breachesQuery(deps), staleTime: "static" }),
    ]);
  },
  component: Page,
});

function Page() {
  return <Dashboards asked={Route.useSearch()} />;
}
