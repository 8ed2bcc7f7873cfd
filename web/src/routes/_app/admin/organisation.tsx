import { createFileRoute } from "@tanstack/react-router";
import { OrganisationSettings } from "@/features/admin/organisation";

export const Route = createFileRoute("/_app/admin/organisation")({
  staticData: { crumb: "Organisation" },
  loader: async ({ context: { queryClient } }) => {
    const { organisationQuery } = await import("@/features/admin/queries");
    await queryClient.query({ ...organisationQuery(), staleTime: "static" });
  },
  component: OrganisationSettings,
});
