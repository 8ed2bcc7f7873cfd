import { createFileRoute } from "@tanstack/react-router";
import { NotificationsPage } from "@/features/notifications/page";
import { readTab } from "@/features/notifications/tabs";

// Without a loader: what it reads would be on every page's critical path.
export const Route = createFileRoute("/_app/notifications")({
  staticData: { crumb: "Notifications" },
  validateSearch: (search: { tab?: string }) => search,
  component: NotificationsRoute,
});

function NotificationsRoute() {
  return <NotificationsPage tab={readTab(Route.useSearch().tab)} />;
}
