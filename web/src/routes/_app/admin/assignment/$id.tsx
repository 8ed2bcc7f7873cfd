import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { AssignmentEditor } from "@/features/rules/assignment/editor";
import { assignmentRuleQuery } from "@/features/rules/assignment/queries";

export const Route = createFileRoute("/_app/admin/assignment/$id")({
  staticData: { crumb: "Rule" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    if (id !== "new") await queryClient.query(assignmentRuleQuery(id));
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return id === "new" ? <AssignmentEditor rule={null} /> : <Stored key={id} id={id} />;
}

function Stored({ id }: { id: string }) {
  return <AssignmentEditor rule={useSuspenseQuery(assignmentRuleQuery(id)).data} />;
}
