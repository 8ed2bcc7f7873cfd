/**
 * A browser whose push service can't be reached from here: it makes its subscriptions itself, of a real key, and messages are
 * delivered to its service worker by the DevTools protocol, as the push service would have done.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { CDPSession, Page, Worker } from "@playwright/test";

/** As a browser makes it, for an address of Chrome's push service that nobody has. */
export function subscription() {
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
  const point = [Buffer.from([4]), Buffer.from(jwk.x ?? "", "base64url"), Buffer.from(jwk.y ?? "", "base64url")];
  return {
    endpoint: `https://fcm.googleapis.com/fcm/send/${randomBytes(24).toString("base64url")}`,
    keys: { p256dh: Buffer.concat(point).toString("base64url"), auth: randomBytes(16).toString("base64url") },
  };
}

/** Gives the pages of this browser a push service of their own. */
export async function stubPushService(page: Page, made: ReturnType<typeof subscription>): Promise<void> {
  await page.addInitScript((json) => {
    const KEPT = "test.push";
    const stub = () => ({
      toJSON: () => json,
      options: { userVisibleOnly: true },
      unsubscribe: () => {
        localStorage.removeItem(KEPT);
        return Promise.resolve(true);
      },
    });
    Object.assign(PushManager.prototype, {
      subscribe(options: PushSubscriptionOptionsInit) {
        const key = options.applicationServerKey as Uint8Array;
        if (!options.userVisibleOnly || key.length !== 65 || key[0] !== 4) return Promise.reject(new Error("no key"));
        localStorage.setItem(KEPT, "yes");
        return Promise.resolve(stub());
      },
      getSubscription: () => Promise.resolve(localStorage.getItem(KEPT) ? stub() : null),
    });
  }, made);
}

/** Delivers a message to the service worker of this page's origin. */
export async function deliver(cdp: CDPSession, origin: string, registrationId: string, told: object): Promise<void> {
  await cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: JSON.stringify(told) });
}

/** The id of the registration, as the protocol knows it. */
export async function registered(cdp: CDPSession, origin: string): Promise<string> {
  const found = new Promise<string>((resolve) =>
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find((one) => one.scopeURL === `${origin}/` && !one.isDeleted);
      if (ours) resolve(ours.registrationId);
    }),
  );
  await cdp.send("ServiceWorker.enable");
  return found;
}

interface Shown {
  title: string;
  body: string;
  tag: string;
}

// What runs in the worker knows its globals, which this file's types do not.
interface WorkerScope {
  registration: {
    getNotifications(): Promise<Shown[]>;
  };
  dispatchEvent(event: Event): boolean;
  NotificationEvent: new (type: string, init: { notification: Shown; action: string }) => Event;
}

/** The notifications that the device shows. */
export const shown = (worker: Worker): Promise<Shown[]> =>
  worker.evaluate(async () => {
    const all = await (self as unknown as WorkerScope).registration.getNotifications();
    return all.map(({ title, body, tag }) => ({ title, body, tag }));
  });

/** Clicks a notification, or one of its buttons. */
export const click = (worker: Worker, action: "" | "read"): Promise<void> =>
  worker.evaluate(async (chosen) => {
    const scope = self as unknown as WorkerScope;
    const [notification] = await scope.registration.getNotifications();
    if (!notification) throw new Error("nothing is shown");
    scope.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification, action: chosen }));
  }, action);
