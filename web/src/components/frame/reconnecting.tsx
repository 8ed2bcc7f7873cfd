import { useEffect, useState } from "react";

/** Most cuts are over before they are worth a word. */
const LONG = 4_000;

/** It lies over the page, which stays where it is. */
export function Reconnecting() {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p role="status" className="pointer-events-none fixed inset-x-0 bottom-16 z-30 flex justify-center md:bottom-4">
      {long && (
        <span className="animate-rise rounded-xl border border-line-strong bg-surface px-3 py-1.5 text-meta text-fg-2 shadow-3">
          Reconnecting…
        </span>
      )}
    </p>
  );
}
