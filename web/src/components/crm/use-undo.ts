import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { failed, told } from "@/components/ui/toast";
import { createStore } from "@/lib/store";

/** The last change made here that can be undone, for ⌘Z. */
export const lastChange = createStore<string | null>(null);

/** Everything that an event may touch: a change and its undo make the same queries stale. */
export const TOUCHED = [
  "opportunities",
  "accounts",
  "contacts",
  "leads",
  "tasks",
  "proposals",
  "approvals",
  "timeline",
  "files",
];

/** Takes events back, the first one given first. True when they are back as they were, by this or by somebody before. */
export function useUndo() {
  const client = useQueryClient();
  return useCallback(
    async (...events: string[]): Promise<boolean> => {
      lastChange.set(null);
      const kept = new Set<string>();
      try {
        for (const event_id of events) {
          const { data } = await post("/undo", { body: { event_id } });
          data.kept.forEach((k) => kept.add(k.field));
        }
        told(kept.size > 0 ? `Undone, but for ${[...kept].join(", ")}: changed since` : "Undone");
        return true;
      } catch (error) {
        failed("This could not be undone", sentence(error));
        return isApiError(error, "already_undone");
      } finally {
        await Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
      }
    },
    [client],
  );
}

/** Past tense, with Undo when the server gave an event to undo. */
export function useTold() {
  const undo = useUndo();
  return useCallback(
    (title: string, eventId: string | null | undefined) => {
      lastChange.set(eventId ?? null);
      told(title, eventId ? { label: "Undo", run: () => void undo(eventId) } : undefined);
    },
    [undo],
  );
}
