import { createFileRoute } from "@tanstack/react-router";
import { Definitions } from "@/features/approvals/definitions";

export const Route = createFileRoute("/_app/admin/approvals/")({
  loader: async ({ context: { queryClient } }) => {
    const { definitionsQuery } = await import("@/features/approvals/queries");
    await queryClient.query(definitionsQuery());
  },
  component: Definitions,
});
