/** Whether this browser can show notifications, and what stands in the way. Without any I/O. */

export type Readiness =
  /** It can be turned on. */
  | "ready"
  /** The operator has switched web push off. */
  | "off"
  /** The page did not come over https. */
  | "insecure"
  /** iPhone and iPad let only an app on the home screen. */
  | "home_screen"
  | "unsupported"
  /** The person, or their browser, said no. */
  | "denied";

export interface Browser {
  secure: boolean;
  worker: boolean;
  push: boolean;
  permission: NotificationPermission | null;
  userAgent: string;
  /** A Mac says the same of itself as an iPad, but has no touch screen. */
  touch: boolean;
}

/** What this browser is. */
export const browser = (): Browser => ({
  secure: window.isSecureContext,
  worker: "serviceWorker" in navigator,
  push: "PushManager" in window,
  permission: "Notification" in window ? Notification.permission : null,
  userAgent: navigator.userAgent,
  touch: navigator.maxTouchPoints > 1,
});

/** `key` is what the server has browsers subscribe with; null where there is none. */
export function readiness(key: string | null, of: Browser): Readiness {
  if (key === null) return "off";
  if (!of.secure) return "insecure";
  const apple = /iPhone|iPad/.test(of.userAgent) || (of.userAgent.includes("Macintosh") && of.touch);
  if (!of.worker || !of.push || of.permission === null) return apple ? "home_screen" : "unsupported";
  return of.permission === "denied" ? "denied" : "ready";
}

/** What to do about it. */
export const ADVICE: Record<Exclude<Readiness, "ready">, string> = {
  off: "Notifications in browsers are switched off on this server.",
  insecure: "Browsers show notifications only of pages that come over https.",
  home_screen:
    "On iPhone and iPad, put Dealwright on the home screen first: tap Share, then “Add to Home Screen”, and open it from there.",
  unsupported: "This browser can’t show notifications of web pages. Firefox, Chrome, Edge and Safari can.",
  denied:
    "This browser was told not to show notifications of this site. Allow them in the site’s settings, by the icon beside the address, and reload the page.",
};

/** A key as browsers want it. */
export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
