/** What somebody has typed for a new record and not added yet: kept in this browser until it is added or thrown away. */
import { useEffect, useState } from "react";
import { PREFIX } from "./drop-drafts";
import type { NewValues } from "./fields";

const DAYS = 14;

export interface Draft {
  values: NewValues;
  custom: Record<string, unknown>;
  /** When it was typed, in milliseconds. */
  at: number;
}

const keyOf = (user: string, object: string): string => `${PREFIX}${user}.${object}`;

/** The draft that is there, unless it is old or can’t be read. */
export function readDraft(user: string, object: string, now = Date.now()): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(user, object)) ?? "null") as Draft | null;
    return draft && now - draft.at < DAYS * 86_400_000 ? draft : null;
  } catch {
    return null;
  }
}

export function dropDraft(user: string, object: string): void {
  try {
    localStorage.removeItem(keyOf(user, object));
  } catch {
    // Storage is off: there is none.
  }
}

/** Keeps what is typed as long as it differs from what the form began with; `found` is what was kept before. */
export function useDraft(
  user: string,
  object: string,
  begun: string,
  now: { values: NewValues; custom: Record<string, unknown> },
) {
  const [found, setFound] = useState(() => readDraft(user, object));
  const typed = JSON.stringify(now);
  useEffect(() => {
    if (typed === begun) return;
    const timer = setTimeout(() => {
      try {
        localStorage.setItem(keyOf(user, object), JSON.stringify({ ...(JSON.parse(typed) as object), at: Date.now() }));
      } catch {
        // Storage is full or off: the draft lasts until the page is left.
      }
    }, 300);
    return () => clearTimeout(timer);
  }, [user, object, begun, typed]);
  return {
    found,
    forget: () => {
      dropDraft(user, object);
      setFound(null);
    },
  };
}
