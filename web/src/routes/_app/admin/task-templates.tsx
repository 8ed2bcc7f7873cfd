import { createFileRoute } from "@tanstack/react-router";
import { taskTemplatesQuery } from "@/components/crm/task-query";
import { TaskTemplates } from "@/features/admin/task-templates";

export const Route = createFileRoute("/_app/admin/task-templates")({
  staticData: { crumb: "Task templates" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...taskTemplatesQuery(), staleTime: "static" });
  },
  component: TaskTemplates,
});
