import { createFileRoute } from "@tanstack/react-router";
import { slaCalendarsQuery } from "@/components/crm/sla-calendars";
import { SlaCalendars } from "@/features/sla/calendars";

export const Route = createFileRoute("/_app/admin/sla-calendars")({
  staticData: { crumb: "Working calendars" },
  loader: async ({ context: { queryClient } }) => {
    await queryClient.query({ ...slaCalendarsQuery(), staleTime: "static" });
  },
  component: SlaCalendars,
});
