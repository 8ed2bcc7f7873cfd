import { createFileRoute } from "@tanstack/react-router";
import { customFieldsQuery } from "@/api/shared";
import { CustomFields } from "@/features/admin/custom-fields";

export const Route = createFileRoute("/_app/admin/custom-fields")({
  staticData: { crumb: "Custom fields" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...customFieldsQuery(), staleTime: "static" });
  },
  component: CustomFields,
});
