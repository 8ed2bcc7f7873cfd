import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { listen } from "@/api/live";
import type { LiveChange } from "@/api/types";
import { receiveOpportunity } from "@/components/crm/opportunity-cache";

const BURST = 6;

/** A change of one makes its list stale, whose key is the plural. Lists of opportunities are mended row by row instead. */
const STALE = ["account", "contact", "lead", "task", "proposal", "import", "file", "notification"];

function refresh(client: QueryClient, keys: Set<string>): void {
  for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
}

/** One change of each record: the last one, but for a move, which what follows from it does not hide. */
function newest(waiting: LiveChange[]): Map<string, LiveChange> {
  const all = new Map<string, LiveChange>();
  for (const change of waiting) {
    const key = `${change.type}/${change.id}`;
    const moved = all.get(key)?.event === "opportunity.moved";
    if (!moved || change.event.startsWith("opportunity.")) all.set(key, change);
  }
  return all;
}

/** Opportunities are fetched one by one and mended in place; a burst (an import, say) refreshes once it is over. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    let waiting: LiveChange[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = () => {
      const changes = newest(waiting);
      waiting = [];
      const opportunities = [...changes.values()].filter((c) => c.type === "opportunity");
      const stale = [...changes.values()].filter((c) => STALE.includes(c.type));
      const keys = new Set(stale.map((c) => `${c.type}s`));
      if (opportunities.length > BURST) keys.add("opportunities");
      else for (const change of opportunities) void receiveOpportunity(client, change);
      for (const change of changes.values())
        void client.invalidateQueries({ queryKey: ["timeline", change.type, change.id] });
      refresh(client, keys);
    };
    let since = 0;
    const stop = listen(
      (change) => {
        // Somebody came or went: nothing of the record has changed.
        if (change.event.endsWith(".presence")) {
          void client.invalidateQueries({ queryKey: ["presence", change.type, change.id] });
          return;
        }
        if (waiting.length === 0) since = Date.now();
        waiting.push(change);
        clearTimeout(timer);
        // Wait for quiet, but never longer than a few seconds.
        timer = setTimeout(settle, Date.now() - since > 4000 ? 0 : waiting.length > BURST ? 1200 : 250);
      },
      () => void client.invalidateQueries(),
    );
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client]);
}
