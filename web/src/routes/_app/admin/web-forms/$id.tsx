import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { FormEditor } from "@/features/web-forms/editor";
import { webFormQuery } from "@/features/web-forms/queries";

export const Route = createFileRoute("/_app/admin/web-forms/$id")({
  staticData: { crumb: "Form" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    if (id !== "new") await queryClient.query(webFormQuery(id));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return id === "new" ? <FormEditor form={null} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  const form = useSuspenseQuery(webFormQuery(id)).data;
  return <FormEditor key={form.version} form={form} />;
}
