/**
 * Other people's changes, as they happen. One stream per browser: the tab that holds the lock listens to the server
 * and tells the others. When that tab closes, the next one gets the lock.
 */
import { BASE } from "./client";
import type { LiveChange } from "./types";

const NAME = "dw.live";

/** `onGap`: the stream was away for a while (a restart, a closed lid), and what happened meanwhile was not heard. */
export function listen(onChange: (change: LiveChange) => void, onGap: () => void): () => void {
  const stop = new AbortController();
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }: MessageEvent<LiveChange | "gap">) => (data === "gap" ? onGap() : onChange(data));

  const lead = () =>
    new Promise<void>((resolve) => {
      const source = new EventSource(`${BASE}/live`);
      let away = false;
      source.addEventListener("error", () => (away = true));
      source.addEventListener("open", () => {
        if (!away) return;
        away = false;
        channel.postMessage("gap");
        onGap();
      });
      source.addEventListener("change", (event: MessageEvent<string>) => {
        const change = JSON.parse(event.data) as LiveChange;
        channel.postMessage(change);
        onChange(change);
      });
      stop.signal.addEventListener("abort", () => {
        source.close();
        resolve();
      });
    });

  // `locks` is absent on plain http beyond localhost: then each tab listens for itself.
  if ("locks" in navigator) {
    navigator.locks.request(NAME, { signal: stop.signal }, lead).catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    });
  } else void lead();

  return () => {
    stop.abort();
    channel.close();
  };
}
