/** Keyboard shortcuts: one listener per hook, silent while someone types in a field. */
import { useEffect, useRef } from "react";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

const isMac = /Mac|iP(hone|ad)/.test(navigator.userAgent);
export const MOD = isMac ? "⌘" : "Ctrl";

/** `keys` are "mod+k", "?", or two in a row: "g o". */
export function useKeys(map: Record<string, () => void>): void {
  const current = useRef(map);
  useEffect(() => {
    current.current = map;
  });
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    function onKey(event: KeyboardEvent) {
      const mod = event.metaKey || event.ctrlKey;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (event.altKey || (!mod && typing(event.target)) || event.defaultPrevented) return;
      const name = mod ? `mod+${key}` : key;
      const pair = first && Date.now() - first.at < 900 ? `${first.key} ${name}` : null;
      const run = (pair ? current.current[pair] : undefined) ?? current.current[name];
      first = run ? null : { key: name, at: Date.now() };
      if (!run) return;
      event.preventDefault();
      run();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
