import { createFileRoute } from "@tanstack/react-router";
import type { MaterialKind } from "@/api/types";
import { MaterialPage } from "@/features/knowledge/material-editor";
import { materialQuery, readKind } from "@/features/knowledge/queries";

export const Route = createFileRoute("/_app/admin/materials/$id")({
  staticData: { crumb: "Material" },
  validateSearch: (search: Record<string, unknown>): { kind?: MaterialKind } => {
    const kind = readKind(search.kind);
    return kind ? { kind } : {};
  },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    if (id !== "new") await queryClient.query({ ...materialQuery(id), staleTime: "static" });
  },
  component: MaterialRoute,
});

function MaterialRoute() {
  return <MaterialPage id={Route.useParams().id} kind={Route.useSearch().kind ?? "playbook"} />;
}
