import { createFileRoute } from "@tanstack/react-router";
import { ImportWizard } from "@/features/imports/wizard";

export const Route = createFileRoute("/_app/admin/imports/$id")({
  validateSearch: (search: Record<string, unknown>): { step?: string } =>
    search.step === "map" ? { step: "map" } : {},
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { fieldsQuery, importQuery } = await import("@/features/imports/queries");
    const item = await queryClient.query({ ...importQuery(id), staleTime: "static" });
    await queryClient.query({ ...fieldsQuery(item.object), staleTime: "static" });
    return { crumb: item.filename };
  },
  component: ImportRoute,
});

function ImportRoute() {
  const { id } = Route.useParams();
  const navigate = Route.useNavigate();
  return (
    <ImportWizard
      id={id}
      wanted={Route.useSearch().step}
      onStep={(step) => void navigate({ search: step === "map" ? { step } : {}, replace: true })}
    />
  );
}
