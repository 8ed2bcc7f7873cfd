import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/** Other people's changes come onto the page as long as it is there. What follows them is fetched once the page stands. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    let stop: (() => void) | null = null;
    let left = false;
    void import("./live-stream").then(({ followChanges }) => {
      if (!left) stop = followChanges(client);
    });
    return () => {
      left = true;
      stop?.();
    };
  }, [client]);
}
