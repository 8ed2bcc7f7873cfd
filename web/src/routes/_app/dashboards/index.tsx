import { createFileRoute } from "@tanstack/react-router";
import { Sales } from "@/features/dashboards/sales/page";
import type { Scope } from "@/features/dashboards/sales/scope";

const words = ["period", "whose", "region", "by"] as const;

export const Route = createFileRoute("/_app/dashboards/")({
  staticData: { crumb: "Sales" },
  validateSearch: (search: Record<string, unknown>): Scope =>
    Object.fromEntries(words.flatMap((w) => (typeof search[w] === "string" ? [[w, search[w]]] : []))),
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { salesQueries } = await import("@/features/dashboards/sales/queries");
    await salesQueries(queryClient, deps);
  },
  component: Page,
});

function Page() {
  return <Sales scope={Route.useSearch()} />;
}
