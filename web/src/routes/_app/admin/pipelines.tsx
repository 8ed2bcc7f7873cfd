import { createFileRoute } from "@tanstack/react-router";
import { pipelinesQuery, teamsQuery } from "@/api/shared";
import { Pipelines } from "@/features/admin/pipelines";

export const Route = createFileRoute("/_app/admin/pipelines")({
  staticData: { crumb: "Pipelines" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...teamsQuery(), staleTime: "static" }),
    ]);
  },
  component: Pipelines,
});
