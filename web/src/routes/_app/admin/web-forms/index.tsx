import { createFileRoute } from "@tanstack/react-router";
import { WebForms } from "@/features/web-forms/list";
import { webFormsQuery } from "@/features/web-forms/queries";

export const Route = createFileRoute("/_app/admin/web-forms/")({
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...webFormsQuery(), staleTime: "static" });
  },
  component: WebForms,
});
