/** A form of what is there already, while others may change it: what is touched stays one's own, all else is as it is by now. */
import { useState } from "react";
import { useMe } from "@/api/shared";
import { PREFIX } from "../new-record/drop-drafts";
import { alike, merge } from "./merge";

const DAYS = 14;

interface Touched<T> {
  mine: Partial<T>;
  /** What each field was when it was touched. */
  base: Partial<T>;
}

/** `of` is what is edited, `now` how the form has it, read anew as others change it. What is typed outlives the page. */
export function useLiveDraft<T extends object>(of: { type: string; id: string }, now: T) {
  const key = `${PREFIX}${useMe().user.id}.edit.${of.type}.${of.id}`;
  const [first] = useState(now);
  const [found, setFound] = useState(() => read<T>(key));
  const [touched, setTouched] = useState<Touched<T>>(found ?? { mine: {}, base: {} });
  const { shown, clashes, changed } = merge({ ...now, ...touched.base }, now, touched.mine);
  const set = (next: Touched<T>) => {
    setTouched(next);
    keep(key, next);
  };
  const without = (from: Partial<T>, field: keyof T) =>
    Object.fromEntries(Object.entries(from).filter(([name]) => name !== field)) as Partial<T>;
  return {
    draft: shown,
    /** What is to be saved, of what is there now. */
    changed,
    put: (part: Partial<T>) => {
      const base = Object.fromEntries(Object.keys(part).map((field) => [field, now[field as keyof T]]));
      set({ mine: { ...touched.mine, ...part }, base: { ...(base as Partial<T>), ...touched.base } });
    },
    take: (field: keyof T) => set({ mine: without(touched.mine, field), base: without(touched.base, field) }),
    clashes: (field: keyof T) => clashes.includes(field),
    /** Whether others have changed it since the form was opened, and one has not. */
    moved: (field: keyof T) => !(field in touched.mine) && !alike(first[field], now[field]),
    /** When what was found here was typed, in milliseconds. */
    restored: found?.at ?? null,
    forget: () => {
      setTouched({ mine: {}, base: {} });
      setFound(null);
      keep(key, null);
    },
  };
}

function read<T>(key: string): (Touched<T> & { at: number }) | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as (Touched<T> & { at: number }) | null;
    return kept && Date.now() - kept.at < DAYS * 86_400_000 ? kept : null;
  } catch {
    return null;
  }
}

function keep<T>(key: string, touched: Touched<T> | null): void {
  try {
    if (touched && Object.keys(touched.mine).length > 0)
      localStorage.setItem(key, JSON.stringify({ ...touched, at: Date.now() }));
    else localStorage.removeItem(key);
  } catch {
    // Storage is full or off: what is typed lasts until the page is left.
  }
}
