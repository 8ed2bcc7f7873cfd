/** The stream of others' changes, once the page stands: no page waits for it. */
import type { QueryClient } from "@tanstack/react-query";
import { listen } from "@/api/live";
import type { LiveChange } from "@/api/types";

const BURST = 6;
const received = () => import("@/components/crm/live/receive");

/** Other people's changes, a moment's together: one after the other is seen at once, a burst (an import, say) when it rests. */
export function followChanges(client: QueryClient): () => void {
  let waiting: LiveChange[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    const changes = waiting;
    waiting = [];
    void received().then(({ receive }) => receive(client, changes));
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
      timer = setTimeout(settle, Date.now() - since > 4000 ? 0 : waiting.length > BURST ? 1200 : 150);
    },
    () => void received().then(({ catchUp }) => catchUp(client)),
  );
  return () => {
    clearTimeout(timer);
    stop();
  };
}
