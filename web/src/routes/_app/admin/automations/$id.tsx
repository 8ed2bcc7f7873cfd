import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { AutomationEditor } from "@/features/automations/editor";
import { automationQuery } from "@/features/automations/queries";

export const Route = createFileRoute("/_app/admin/automations/$id")({
  staticData: { crumb: "Automation" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { automationQuery } = await import("@/features/automations/queries");
    if (id !== "new") await queryClient.query(automationQuery(id));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return id === "new" ? <AutomationEditor automation={null} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  const automation = useSuspenseQuery(automationQuery(id)).data;
  return <AutomationEditor key={automation.version} automation={automation} />;
}
