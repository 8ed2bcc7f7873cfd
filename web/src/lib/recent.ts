/** The records whose pages this person has opened in this browser, the latest first. */
import { useEffect } from "react";

const PREFIX = "dealwright.recent.";
const MOST = 20;

export interface Visit {
  type: "opportunity" | "account" | "contact" | "lead";
  id: string;
  name: string;
}

export function recentOf(user: string): Visit[] {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + user) ?? "[]") as unknown;
    return Array.isArray(kept) ? (kept as Visit[]) : [];
  } catch {
    return [];
  }
}

export function visit(user: string, one: Visit): void {
  const others = recentOf(user).filter((v) => v.id !== one.id);
  try {
    localStorage.setItem(PREFIX + user, JSON.stringify([one, ...others].slice(0, MOST)));
  } catch {
    // Storage is full or off: nothing is remembered.
  }
}

/** When somebody signs out, what they have looked at does not stay for whoever comes next. */
export function dropRecent(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Storage is off: nothing was remembered.
  }
}

/** Remembers that a record's page is open. */
export function useVisit(user: string, { type, id, name }: Visit): void {
  useEffect(() => visit(user, { type, id, name }), [user, type, id, name]);
}
