import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery } from "@/api/shared";
import { Pipelines } from "@/features/admin/master-data";

export const Route = createFileRoute("/_app/admin/pipelines")({
  staticData: { crumb: "Pipelines" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
    ]);
  },
  component: Pipelines,
});
