/**
 * Other people's changes, as they happen. One stream per browser: the tab that holds the lock listens to the server
 * and tells the others. When that tab closes, the next one gets the lock.
 */
import { lost } from "@/lib/frame";
import { BASE } from "./client";
import type { LiveChange } from "./types";

const NAME = "dw.live";
/** A stream that the browser has given up is opened anew, after so long at first and at last, in milliseconds. */
const FIRST = 1_000;
const LONGEST = 15_000;
/** A clock that stood still for longer was asleep, and not only in the background: the stream may be dead without a word. */
const BEAT = 5_000;
const ASLEEP = 90_000;

/** What tabs tell each other. */
type Word = LiveChange | "gap" | "lost" | "found";

/** `onGap`: the stream was away for a while (a restart, a closed lid), and what happened meanwhile was not heard. */
export function listen(onChange: (change: LiveChange) => void, onGap: () => void): () => void {
  const stop = new AbortController();
  const channel = new BroadcastChannel(NAME);
  const hear = (word: Word) => {
    if (word === "lost" || word === "found") lost.set(word === "lost");
    else if (word === "gap") onGap();
    else onChange(word);
  };
  const say = (word: Word) => {
    channel.postMessage(word);
    hear(word);
  };
  channel.onmessage = ({ data }: MessageEvent<Word>) => hear(data);

  const lead = () =>
    new Promise<void>((resolve) => {
      const end = follow(say, stop.signal);
      stop.signal.addEventListener("abort", () => {
        end();
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
    lost.set(false);
  };
}

/** Keeps a stream open, whatever becomes of it: cut off, refused while the server starts, or silent after a sleep. */
function follow(say: (word: Word) => void, signal: AbortSignal): () => void {
  let source: EventSource;
  let away = false;
  let wait = FIRST;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    clearTimeout(again);
    again = undefined;
    source = new EventSource(`${BASE}/live`);
    source.addEventListener("open", () => {
      wait = FIRST;
      if (!away) return;
      away = false;
      say("found");
      say("gap");
    });
    source.addEventListener("error", () => {
      if (!away) say("lost");
      away = true;
      // Of a cut stream the browser sees to it; of a refusal it does not.
      if (source.readyState !== EventSource.CLOSED || again) return;
      again = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST);
    });
    source.addEventListener("change", (event: MessageEvent<string>) => say(JSON.parse(event.data) as LiveChange));
    // Too much came at once for this reader: it is as if it had been away.
    source.addEventListener("reset", () => say("gap"));
  };
  const anew = () => {
    away = true;
    source.close();
    open();
  };
  let beat = Date.now();
  const heart = setInterval(() => {
    const slept = Date.now() - beat > ASLEEP;
    beat = Date.now();
    if (slept) anew();
  }, BEAT);
  window.addEventListener("online", anew, { signal });
  open();
  return () => {
    clearTimeout(again);
    clearInterval(heart);
    source.close();
  };
}
