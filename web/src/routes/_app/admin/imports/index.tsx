import { createFileRoute } from "@tanstack/react-router";
import { Imports } from "@/features/imports/list";

export const Route = createFileRoute("/_app/admin/imports/")({
  loader: async ({ context: { queryClient } }) => {
    const { importsQuery } = await import("@/features/imports/queries");
    await queryClient.query({ ...importsQuery(), staleTime: "static" });
  },
  component: Imports,
});
