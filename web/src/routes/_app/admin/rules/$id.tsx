import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { RuleEditor } from "@/features/rules/editor";
import { ruleQuery } from "@/features/rules/queries";

export const Route = createFileRoute("/_app/admin/rules/$id")({
  staticData: { crumb: "Rule" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { ruleQuery } = await import("@/features/rules/queries");
    if (id !== "new") await queryClient.query(ruleQuery(id));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return id === "new" ? <RuleEditor rule={null} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  return <RuleEditor rule={useSuspenseQuery(ruleQuery(id)).data} />;
}
