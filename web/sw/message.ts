/** What a push message says, and what the worker makes of it. Without any I/O. */

/** A message, as the server writes it. */
export interface Told {
  /** Of the notification; null when somebody only wanted to see whether messages arrive. */
  id: string | null;
  title: string;
  body: string;
  /** A page of the app. */
  url: string;
  /** Those about one record stand together: the newest takes the place of the one before it. */
  tag: string;
  lang: string;
}

/** A message that is read, or null: what is not of the server's making is not shown as if it were. */
export function read(text: string | undefined): Told | null {
  let said: unknown;
  try {
    said = JSON.parse(text ?? "");
  } catch {
    return null;
  }
  const { id, title, body, url, tag, lang } = (said ?? {}) as Partial<Record<keyof Told, unknown>>;
  if (typeof title !== "string" || typeof body !== "string" || typeof tag !== "string") return null;
  if (typeof url !== "string" || !isPage(url)) return null;
  return { id: typeof id === "string" ? id : null, title, body, url, tag, lang: lang === "de" ? "de" : "en" };
}

/** A path of ours, not another site's address. */
function isPage(url: string): boolean {
  return new URL(url, "https://app.invalid").origin === "https://app.invalid" && url.startsWith("/");
}

/** What the buttons of a notification say. */
export function words(lang: string): { open: string; read: string } {
  return lang === "de" ? { open: "Öffnen", read: "Gelesen" } : { open: "Open", read: "Mark read" };
}

/** Which notifications "Mark read" is for: all about the record, as they stand together. */
export function which(tag: string): { object: string; record_id: string } | null {
  const [object, id] = tag.split(":");
  return object && id ? { object, record_id: id } : null;
}

/** A window of the app. */
export interface Window {
  url: string;
  focused: boolean;
}

/** Whether somebody is looking at the app, so that it tells them itself. */
export function isLookedAt(windows: readonly Window[]): boolean {
  return windows.some((window) => window.focused);
}

/** The window to go on in: the one that shows the page already, or else the one in use. */
export function nearest<W extends Window>(windows: readonly W[], url: string, origin: string): W | undefined {
  const wanted = new URL(url, origin);
  const there = windows.find((window) => new URL(window.url).pathname === wanted.pathname);
  return there ?? windows.find((window) => window.focused) ?? windows[0];
}

/**
 * Whether each message must be shown: Safari takes the permission away from whoever keeps some to themselves, also while the
 * app is looked at.
 */
export function mustShow(userAgent: string): boolean {
  return userAgent.includes("AppleWebKit") && !/Chrom(e|ium)\//.test(userAgent);
}
