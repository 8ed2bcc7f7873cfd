import { createFileRoute } from "@tanstack/react-router";
import { Materials } from "@/features/knowledge/materials";
import { kindOf, materialsQuery } from "@/features/knowledge/queries";
import type { MaterialsSearch } from "@/features/knowledge/words";

export const Route = createFileRoute("/_app/admin/materials/")({
  validateSearch: (search: Record<string, unknown>) => search as MaterialsSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const query = materialsQuery(kindOf(deps), deps.archived === "true");
    await queryClient.query({ ...query, staleTime: "static" });
  },
  component: MaterialsRoute,
});

function MaterialsRoute() {
  return <Materials search={Route.useSearch()} />;
}
