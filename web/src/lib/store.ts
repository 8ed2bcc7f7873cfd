import { useSyncExternalStore } from "react";

/** A value outside the tree, for what the whole frame shares: is the assistant open, which dialog is up. */
export function createStore<T>(initial: T) {
  let value = initial;
  const listeners = new Set<() => void>();
  const subscribe = (tell: () => void) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  };
  const get = () => value;
  const set = (next: T) => {
    value = next;
    listeners.forEach((tell) => tell());
  };
  return {
    get,
    set,
    use: () => useSyncExternalStore(subscribe, get),
    /** A part of it: who uses it is drawn anew when that part is another. */
    useOf: <P>(part: (value: T) => P) => useSyncExternalStore(subscribe, () => part(value)),
  };
}
