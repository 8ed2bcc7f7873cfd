import { createFileRoute, redirect } from "@tanstack/react-router";
import { optionsQuery, usersQuery } from "@/api/shared";
import { contactQuery } from "@/features/contacts/queries";
import { CONTACT_TABS, ContactRecord } from "@/features/contacts/record";
import { timeline } from "@/components/crm/timeline-load";

export const Route = createFileRoute("/_app/contacts/$id")({
  validateSearch: (search: Record<string, unknown>): { tab?: string } =>
    typeof search.tab === "string" ? { tab: search.tab } : {},
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const [record] = await Promise.all([
      queryClient.query({ ...contactQuery(id), staleTime: "static" }),
      // A record that was merged has none of its own any more; what else fails is told where it stands.
      timeline(queryClient, "contact", id).catch(() => undefined),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
    if (record.id !== id) {
      // One that was merged: its links lead to what it became, until the merge is taken back.
      queryClient.removeQueries({ queryKey: contactQuery(id).queryKey });
      throw redirect({ to: "/contacts/$id", params: { id: record.id }, replace: true });
    }
    return { crumb: record.name };
  },
  component: RecordRoute,
});

function RecordRoute() {
  const { id } = Route.useParams();
  const { tab } = Route.useSearch();
  return <ContactRecord key={id} id={id} tab={CONTACT_TABS.find((t) => t === tab) ?? "timeline"} />;
}
