/**
 * Uploads that had not ended when their page was closed. The server keeps what has arrived for a day; the browser keeps
 * which file it was, so that the same one, chosen again, goes on from there.
 */
import { remove } from "@/api/client";
import { createStore } from "@/lib/store";

const KEY = "dealwright.uploads";
const DAY = 24 * 60 * 60 * 1000;

export interface Interrupted {
  upload: string;
  /** Of the record: `opportunity:…`. */
  place: string;
  /** The file that it is a new version of. */
  version?: string | undefined;
  name: string;
  size: number;
  modified: number;
  begun: number;
}

function read(): Interrupted[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(kept) ? (kept as Interrupted[]).filter((i) => Date.now() - i.begun < DAY) : [];
  } catch {
    return [];
  }
}

/** Those of earlier pages, and those that this one is sending. */
const noted = createStore<Interrupted[]>(read());
/** Uploads that this page sends: nobody has to choose them again. */
const here = new Set<string>();

function keep(next: Interrupted[]): void {
  noted.set(next);
  try {
    if (next.length > 0) localStorage.setItem(KEY, JSON.stringify(next));
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is full or off: what is closed begins anew.
  }
}

export function note(one: Omit<Interrupted, "begun">): void {
  here.add(one.upload);
  keep([...noted.get().filter((i) => i.upload !== one.upload), { ...one, begun: Date.now() }]);
}

export function ended(upload: string): void {
  here.delete(upload);
  keep(noted.get().filter((i) => i.upload !== upload));
}

/** The upload of this very file that broke off. */
export function begunBefore(place: string, file: { name: string; size: number; lastModified?: number }) {
  const same = (i: Interrupted) =>
    i.place === place && i.name === file.name && i.size === file.size && i.modified === (file.lastModified ?? 0);
  return noted.get().find((i) => same(i) && !here.has(i.upload));
}

/** What broke off at a record and waits for its file to be chosen again. */
export const useInterrupted = (place: string): Interrupted[] =>
  noted.use().filter((i) => i.place === place && !here.has(i.upload));

export function abandon(one: Interrupted): void {
  ended(one.upload);
  void remove("/uploads/{id}", { path: { id: one.upload } }).catch(() => undefined);
}

/** When somebody signs out, nothing of what they sent is left for whoever comes next. */
export function dropInterrupted(): void {
  keep([]);
}
