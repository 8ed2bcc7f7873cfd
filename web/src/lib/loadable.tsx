/**
 * A component that is fetched when it is first wanted, or before. Unlike React.lazy it shows at once when it is there
 * already: a Suspense boundary that has shown its fallback waits 300 ms, and swallows what is typed meanwhile.
 */
import { useEffect, useState, type ComponentType, type ReactNode } from "react";

export function loadable<P extends object>(fetch: () => Promise<ComponentType<P>>) {
  let Loaded: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;

  function load(): Promise<void> {
    loading ??= fetch().then(
      (component) => {
        Loaded = component;
      },
      (error: unknown) => {
        loading = null; // the next one who wants it tries again
        throw error;
      },
    );
    return loading;
  }

  function Loadable({ fallback, ...props }: P & { fallback?: ReactNode }) {
    const [state, setState] = useState<{ error: unknown } | "here" | null>(Loaded ? "here" : null);
    useEffect(() => {
      if (state === null)
        load().then(
          () => setState("here"),
          (error: unknown) => setState({ error }),
        );
    }, [state]);
    if (state !== null && state !== "here") throw state.error;
    return Loaded ? <Loaded {...(props as unknown as P)} /> : fallback;
  }

  /** Fetches it without showing it. */
  Loadable.load = () => void load().catch(() => undefined);
  return Loadable;
}
