import { createFileRoute } from "@tanstack/react-router";
import { Materials, type MaterialsSearch } from "@/features/knowledge/materials";
import { materialsQuery, readKind } from "@/features/knowledge/queries";

export const Route = createFileRoute("/_app/admin/materials/")({
  validateSearch: (search: Record<string, unknown>): MaterialsSearch => {
    const kind = readKind(search.kind);
    return { ...(kind ? { kind } : {}), ...(search.archived === true ? { archived: true } : {}) };
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const query = materialsQuery(deps.kind ?? "playbook", deps.archived === true);
    await queryClient.query({ ...query, staleTime: "static" });
  },
  component: MaterialsRoute,
});

function MaterialsRoute() {
  return <Materials search={Route.useSearch()} />;
}
