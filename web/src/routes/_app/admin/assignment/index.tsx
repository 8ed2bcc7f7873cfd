import { createFileRoute } from "@tanstack/react-router";
import { AssignmentRules } from "@/features/rules/assignment/list";
import { assignmentRulesQuery } from "@/features/rules/assignment/queries";

export const Route = createFileRoute("/_app/admin/assignment/")({
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...assignmentRulesQuery(), staleTime: "static" });
  },
  component: AssignmentRules,
});
