import { createFileRoute } from "@tanstack/react-router";
import { OrganisationSettings } from "@/features/admin/organisation";
import { organisationQuery } from "@/features/admin/queries";

export const Route = createFileRoute("/_app/admin/organisation")({
  staticData: { crumb: "Organisation" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...organisationQuery(), staleTime: "static" });
  },
  component: OrganisationSettings,
});
