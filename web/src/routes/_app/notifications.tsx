import { createFileRoute } from "@tanstack/react-router";
import { notificationsQuery } from "@/components/crm/notifications/query";
import { preferencesQuery } from "@/features/notifications/preferences-query";
import { NotificationsPage } from "@/features/notifications/page";
import { FILTERS, readTab } from "@/features/notifications/tabs";

export const Route = createFileRoute("/_app/notifications")({
  staticData: { crumb: "Notifications" },
  validateSearch: (search: Record<string, unknown>): { tab?: string } =>
    typeof search.tab === "string" ? { tab: search.tab } : {},
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const tab = readTab(deps.tab);
    if (tab === "preferences") await queryClient.query({ ...preferencesQuery(), staleTime: "static" });
    else await queryClient.infiniteQuery({ ...notificationsQuery(FILTERS[tab]), staleTime: "static" });
  },
  component: NotificationsRoute,
});

function NotificationsRoute() {
  return <NotificationsPage tab={readTab(Route.useSearch().tab)} />;
}
