import { createFileRoute } from "@tanstack/react-router";
import { AssignmentRules } from "@/features/rules/assignment/list";

export const Route = createFileRoute("/_app/admin/assignment/")({
  loader: async ({ context: { queryClient } }) => {
    const { assignmentRulesQuery } = await import("@/features/rules/assignment/queries");
    await queryClient.query({ ...assignmentRulesQuery(), staleTime: "static" });
  },
  component: AssignmentRules,
});
