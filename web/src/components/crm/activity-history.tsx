/** What was changed of an activity, by whom and when. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { Diff } from "@/components/ui/diff";
import { dateTime } from "@/lib/format";
import { after, before } from "./show-value";

const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ["activities", "history", id],
    queryFn: ({ signal }) => get("/activities/{id}/history", { path: { id }, query: { limit: 50 }, signal }),
  });

export function ActivityHistory({ id }: { id: string }) {
  const { data } = useQuery(historyQuery(id));
  const changed = (data?.items ?? []).filter((e) => e.changes.length > 0);
  return (
    <ol aria-label="What was changed" className="mt-1.5 flex max-w-[68ch] flex-col gap-2 border-l-2 border-line pl-3">
      {changed.map((event) => (
        <li key={event.id} className="flex flex-col gap-1 text-meta text-fg-3">
          <span>
            {event.actor.name}, {dateTime(event.at)}
          </span>
          {event.changes.map((change) => (
            <span key={change.field} className="flex flex-wrap items-center gap-2">
              <span className="w-24">{change.label}</span>
              <Diff before={before(change)} after={after(change)} />
            </span>
          ))}
        </li>
      ))}
    </ol>
  );
}
