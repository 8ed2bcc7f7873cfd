import { createFileRoute } from "@tanstack/react-router";
import { sessionsQuery } from "@/features/admin/queries";
import { Sessions } from "@/features/admin/sessions";

export const Route = createFileRoute("/_app/admin/sessions")({
  staticData: { crumb: "My sessions" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([queryClient.query({ ...sessionsQuery(), staleTime: "static" })]);
  },
  component: Sessions,
});
