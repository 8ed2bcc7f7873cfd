import { createFileRoute } from "@tanstack/react-router";
import { Agents } from "@/features/routines/agents";
import { routinesQuery } from "@/features/routines/queries";

export const Route = createFileRoute("/_app/admin/agents")({
  staticData: { crumb: "Agents" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...routinesQuery(), staleTime: "static" });
  },
  component: Agents,
});
