import { startTransition, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (tell: () => void) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", tell);
      return () => media.removeEventListener("change", tell);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

export const usePhone = (): boolean => useMedia("(max-width: 47.99rem)");

function subscribeOnline(tell: () => void) {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
}
export const useOnline = (): boolean => useSyncExternalStore(subscribeOnline, () => navigator.onLine);

/** The value, once it has rested for `ms`. */
export function useRested<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}

/** State kept in the browser, per person and machine (column choice, folded sidebar). */
export function useStored<T>(key: string, initial: T): [T, (next: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      const raw = localStorage.getItem(key);
      return raw === null ? initial : (JSON.parse(raw) as T);
    } catch {
      return initial;
    }
  });
  const store = useCallback(
    (next: T) => {
      setValue(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Storage is full or off: the choice lasts until the page is left.
      }
    },
    [key],
  );
  return [value, store];
}

/** The list as it was, as long as what is in it is the same. */
export function useAlike<T>(list: T[]): T[] {
  const [kept, setKept] = useState(list);
  const same = kept.length === list.length && kept.every((item, i) => item === list[i]);
  if (!same) setKept(list);
  return same ? kept : list;
}

/** The same function all along, which does what the newest one does: for what is not to be drawn anew. */
export function useStable<A extends unknown[]>(then: (...args: A) => void): (...args: A) => void {
  const newest = useRef(then);
  useEffect(() => {
    newest.current = then;
  });
  return useCallback((...args: A) => newest.current(...args), []);
}

/** Calls `then` when the element comes near the viewport: the next page of a list. */
export function useNear(then: () => void, active: boolean) {
  const ref = useRef<HTMLDivElement & HTMLSpanElement>(null);
  const call = useRef(then);
  useEffect(() => {
    call.current = then;
  });
  useEffect(() => {
    const element = ref.current;
    if (!element || !active) return;
    const observer = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && call.current(), {
      rootMargin: "200px",
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [active]);
  return ref;
}

/** Whether an element is in the viewport or near it, and how high it was when it was last looked at. */
export function useInSight(margin = "600px") {
  const [node, setNode] = useState<Element | null>(null);
  const [seen, setSeen] = useState({ inSight: false, height: 0 });
  useEffect(() => {
    if (!node) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        // What comes into sight is drawn bit by bit, so that the scrolling goes on meanwhile.
        if (last)
          startTransition(() => setSeen({ inSight: last.isIntersecting, height: last.boundingClientRect.height }));
      },
      { rootMargin: margin },
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, [node, margin]);
  return { watch: setNode, ...seen };
}
