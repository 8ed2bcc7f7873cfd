/**
 * The service worker, for web push alone: it shows what arrives and leads to it. It answers no request and keeps no page, so
 * that a new version of the app is never hidden behind an old one.
 */
import { isLookedAt, mustShow, nearest, read, which, words, type Told } from "./message";

declare const self: ServiceWorkerGlobalScope;

/** Not in TypeScript's library, since Safari and Firefox leave the buttons out. */
interface Options extends NotificationOptions {
  actions: { action: string; title: string }[];
  renotify: boolean;
}

/** How long a page may take to say that it goes where it was asked to. */
const ANSWER = 700;

const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

async function show(text: string | undefined): Promise<void> {
  const told = read(text);
  if (!told) return;
  const open = await windows();
  const lookedAt = isLookedAt(open);
  // Who looks at the app is told by it, and once. Safari wants it shown all the same; without a sound, then.
  const shown = !lookedAt || mustShow(self.navigator.userAgent);
  if (!shown) {
    for (const window of open) if (window.focused) window.postMessage({ type: "told", told });
    return;
  }
  const { open: opens, read: reads } = words(told.lang);
  const marks = which(told.tag) ? [{ action: "read", title: reads }] : [];
  const options: Options = {
    body: told.body,
    lang: told.lang,
    tag: told.tag,
    renotify: !lookedAt,
    silent: lookedAt,
    icon: "/icon-192.png",
    badge: "/badge.png",
    data: { url: told.url },
    actions: [{ action: "open", title: opens }, ...marks],
  };
  await self.registration.showNotification(told.title, options);
}

/** Asks a page to go somewhere, so that what is typed there is not lost to a reload; whether it does. */
function ask(window: WindowClient, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), ANSWER);
    window.postMessage({ type: "open", url }, [port2]);
  });
}

async function open(url: string): Promise<void> {
  const window = nearest(await windows(), url, self.location.origin);
  if (!window || !(await ask(window, url))) {
    await self.clients.openWindow(url);
    return;
  }
  await window.focus();
}

/** The session's cookie goes along, and the request is of our own origin: as if the app had made it. */
function post(path: string, body: unknown): Promise<Response> {
  return fetch(`/api/v1${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Marks as read; who is signed out, or offline, finds the page instead. */
async function mark(tag: string, url: string): Promise<void> {
  const answer = await post("/notifications/marks", { which: which(tag), read: true }).catch(() => null);
  if (!answer?.ok) await open(url);
}

/** The push service wants another address for this browser: the server is told, or the browser gets no more. */
async function subscribeAgain(former: PushSubscription | undefined | null): Promise<void> {
  const key = former?.options.applicationServerKey;
  if (!key) return;
  const made = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  const answer = await post("/push-subscriptions", { endpoint, keys }).catch(() => null);
  if (!answer?.ok) await made.unsubscribe();
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data?.text())));
self.addEventListener("notificationclick", (event) => {
  const { notification } = event;
  const { url } = notification.data as Pick<Told, "url">;
  notification.close();
  event.waitUntil(event.action === "read" ? mark(notification.tag, url) : open(url));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAgain(event.oldSubscription)));
