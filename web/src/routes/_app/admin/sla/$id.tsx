import { createFileRoute } from "@tanstack/react-router";
import { SlaEditorPage } from "@/features/rules/sla/editor-page";

export const Route = createFileRoute("/_app/admin/sla/$id")({
  staticData: { crumb: "Rule" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { editorQueries } = await import("@/features/rules/sla/queries");
    await editorQueries(queryClient, id);
  },
  component: Page,
});

function Page() {
  return <SlaEditorPage id={Route.useParams().id} />;
}
