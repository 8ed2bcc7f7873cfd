/**
 * This browser's part in web push. The worker is registered when somebody turns it on, and not before; who it was is kept, so
 * that another person who signs in here is not taken for them.
 */
import { get, post, remove } from "@/api/client";
import { isApiError } from "@/api/problem";
import type { PushSubscription as Kept } from "@/api/types";
import { keyBytes } from "./readiness";

/** Whose notifications this browser shows. */
const OWNER = "dealwright.push";

function owner(): string | null {
  try {
    return localStorage.getItem(OWNER);
  } catch {
    return null; // storage is off: as if nobody had turned it on
  }
}

function own(who: string | null): void {
  try {
    if (who === null) localStorage.removeItem(OWNER);
    else localStorage.setItem(OWNER, who);
  } catch {
    // Storage is off: it goes on until the session ends, and has to be turned on again then.
  }
}

const registration = () => ("serviceWorker" in navigator ? navigator.serviceWorker.getRegistration("/") : undefined);

/** What this browser is subscribed with; null while it is not. */
export async function subscription(): Promise<PushSubscription | null> {
  return (await (await registration())?.pushManager.getSubscription()) ?? null;
}

async function subscribe(worker: ServiceWorkerRegistration, key: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: keyBytes(key) };
  try {
    return await worker.pushManager.subscribe(options);
  } catch (error) {
    // Made for a key that the server has no more: it can't be used, and stands in the way.
    const former = await worker.pushManager.getSubscription();
    if (!former) throw error;
    await former.unsubscribe();
    return worker.pushManager.subscribe(options);
  }
}

async function tell(made: PushSubscription): Promise<Kept> {
  const { endpoint, keys } = made.toJSON();
  const body = { endpoint: endpoint ?? "", keys: { p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" } };
  return (await post("/push-subscriptions", { body })).data;
}

/** Turns it on, after a click: the browser asks its person. False when they say no. */
export async function turnOn(me: string, key: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  await navigator.serviceWorker.register("/sw.js");
  await tell(await subscribe(await navigator.serviceWorker.ready, key));
  own(me);
  return true;
}

/** This browser shows nothing any more, whatever the server sends. */
export async function leave(): Promise<void> {
  own(null);
  const worker = await registration();
  const shown = (await worker?.getNotifications()) ?? [];
  for (const notification of shown) notification.close();
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
  await worker?.unregister();
}

/** Turns one off, here or elsewhere. */
export async function turnOff(one: Kept): Promise<void> {
  if (one.current) await leave();
  await remove("/push-subscriptions/{id}", { path: { id: one.id } }).catch((error: unknown) => {
    if (!isApiError(error, "not_found")) throw error;
  });
}

/**
 * Goes on with it: the same person has signed in again, or the browser was given another address while they were away. Somebody
 * else who has signed in starts with it off.
 */
export async function goOn(me: string): Promise<void> {
  const who = owner();
  if (who === null) return;
  if (who !== me || Notification.permission !== "granted") return leave();
  const { items } = await get("/push-subscriptions");
  const made = await subscription();
  if (made && items.some((one) => one.current)) return;
  const { public_key: key } = await get("/push-subscriptions/key");
  const worker = await registration();
  if (key && worker) await tell(await subscribe(worker, key));
}
