/** What other people do to opportunities, mended into what is on the page. */
import type { QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import { isApiError } from "@/api/problem";
import { meQuery } from "@/api/shared";
import type { LiveChange, Opportunity } from "@/api/types";
import { createStore } from "@/lib/store";
import { patchRecord } from "./cache";

/** Who moved a card just now, by the card's id. */
export const moves = createStore<Record<string, { name: string; at: string }>>({});
/** Records that others made and that the lists on the page do not show yet. */
export const arrivals = createStore<string[]>([]);

export async function receiveOpportunity(client: QueryClient, change: LiveChange): Promise<void> {
  const mine = change.actor?.id === client.getQueryData(meQuery().queryKey)?.user.id;
  const known = client.getQueryData<Opportunity>(["opportunities", "detail", change.id]);
  if (mine && known && known.version >= (change.version ?? Infinity)) return;
  if (change.event.endsWith(".deleted")) {
    patchRecord<Opportunity>(client, "opportunities", change.id, () => null);
    return;
  }
  if (change.event.endsWith(".created")) {
    if (!mine) arrivals.set([...arrivals.get(), change.id]);
    return;
  }
  try {
    const now = await get("/opportunities/{id}", { path: { id: change.id } });
    patchRecord<Opportunity>(client, "opportunities", change.id, (old) =>
      old.version > now.version ? old : { ...old, ...now },
    );
    void client.invalidateQueries({ queryKey: ["opportunities", "transitions", change.id] });
    if (change.event === "opportunity.moved" && change.actor && !mine) {
      moves.set({ ...moves.get(), [change.id]: { name: change.actor.name, at: new Date().toISOString() } });
    }
  } catch (error) {
    // It has left this person's sight: so must the row.
    if (isApiError(error) && error.status === 404)
      patchRecord<Opportunity>(client, "opportunities", change.id, () => null);
    else throw error;
  }
}
