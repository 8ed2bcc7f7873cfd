import { createFileRoute } from "@tanstack/react-router";
import { SlaCalendars } from "@/features/sla/calendars";

export const Route = createFileRoute("/_app/admin/sla-calendars")({
  staticData: { crumb: "Working calendars" },
  loader: async ({ context: { queryClient } }) => {
    const { slaCalendarsQuery } = await import("@/components/crm/sla-calendars");
    await queryClient.query({ ...slaCalendarsQuery(), staleTime: "static" });
  },
  component: SlaCalendars,
});
