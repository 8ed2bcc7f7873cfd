/** What the service worker says to the pages of the app. */
import { told } from "@/components/ui/toast";
import { goOn } from "./browser";

type Said = { type: "told"; told: { title: string; url: string } } | { type: "open"; url: string };

/** Hears it until it is told to stop, and sees to it that this browser is still subscribed. */
export function listen(me: string, go: (url: string) => void): () => void {
  if (!("serviceWorker" in navigator)) return () => undefined;
  const hear = (event: MessageEvent<Said>) => {
    const said = event.data;
    if (said.type === "told") {
      const { title, url } = said.told;
      told(title, { label: "Open", run: () => go(url) });
    } else {
      go(said.url);
      event.ports[0]?.postMessage("gone");
    }
  };
  navigator.serviceWorker.addEventListener("message", hear);
  navigator.serviceWorker.startMessages();
  // Without it this browser stays silent; the preferences say so.
  void goOn(me).catch(() => undefined);
  return () => navigator.serviceWorker.removeEventListener("message", hear);
}
