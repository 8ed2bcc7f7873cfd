import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, put } from "@/api/client";
import { sentence } from "@/api/problem";
import type { RoutineSubscription } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";
import { Card } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";

const subscriptionsQuery = () =>
  queryOptions({
    queryKey: ["routine-subscriptions"],
    queryFn: async ({ signal }) => (await get("/routine-subscriptions", { signal })).items,
  });

/** Which agents tell me something; each can be muted. */
export function MyAgents() {
  const mine = useQuery(subscriptionsQuery()).data ?? [];
  if (mine.length === 0) return null;
  return (
    <Card title="Agents">
      <p className="px-4 pt-3 text-cell text-fg-3">
        What your organisation has switched on for you. What you untick you do not hear of, on Home or by mail.
      </p>
      <ul className="px-4 py-2">
        {mine.map((one) => (
          <Row key={one.kind} one={one} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ one }: { one: RoutineSubscription }) {
  const client = useQueryClient();
  const mute = useMutation({
    mutationFn: (muted: boolean) => put("/routine-subscriptions/{kind}", { path: { kind: one.kind }, body: { muted } }),
    onError: (error) => failed("This was not changed", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: subscriptionsQuery().queryKey }),
  });
  const muted = mute.isPending ? mute.variables : one.muted;
  return (
    <li>
      <label className="flex min-h-9 items-start gap-2 py-1.5 text-cell max-md:min-h-11">
        <Checkbox checked={!muted} disabled={mute.isPending} onCheckedChange={(on) => mute.mutate(on !== true)} />
        <span>
          <span className="font-medium text-fg">{one.name}</span>
          <span className="block text-fg-3">{one.about}</span>
        </span>
      </label>
    </li>
  );
}
