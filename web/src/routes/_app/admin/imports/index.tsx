import { createFileRoute } from "@tanstack/react-router";
import { Imports } from "@/features/imports/list";
import { importsQuery } from "@/features/imports/queries";

export const Route = createFileRoute("/_app/admin/imports/")({
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...importsQuery(), staleTime: "static" });
  },
  component: Imports,
});
