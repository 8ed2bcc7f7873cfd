import { createFileRoute } from "@tanstack/react-router";
import { MaterialPage } from "@/features/knowledge/material-editor";
import { kindOf, materialQuery } from "@/features/knowledge/queries";
import type { MaterialsSearch } from "@/features/knowledge/words";

export const Route = createFileRoute("/_app/admin/materials/$id")({
  staticData: { crumb: "Material" },
  validateSearch: (search: Record<string, unknown>) => search as Pick<MaterialsSearch, "kind">,
  loader: async ({ context: { queryClient }, params: { id } }) => {
    if (id !== "new") await queryClient.query({ ...materialQuery(id), staleTime: "static" });
  },
  component: MaterialRoute,
});

function MaterialRoute() {
  return <MaterialPage id={Route.useParams().id} kind={kindOf(Route.useSearch())} />;
}
