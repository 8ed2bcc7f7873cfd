import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { pipelinesQuery, usersQuery } from "@/api/shared";
import { DefinitionEditor } from "@/features/approvals/definition-editor";
import { definitionQuery } from "@/features/approvals/queries";

export const Route = createFileRoute("/_app/admin/approvals/$id")({
  staticData: { crumb: "Approval" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { definitionQuery } = await import("@/features/approvals/queries");
    await Promise.all([
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
      ...(id === "new" ? [] : [queryClient.query(definitionQuery(id))]),
    ]);
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return id === "new" ? <DefinitionEditor definition={null} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  return <DefinitionEditor definition={useSuspenseQuery(definitionQuery(id)).data} />;
}
