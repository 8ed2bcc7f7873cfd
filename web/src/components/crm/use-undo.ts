import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { failed, told } from "@/components/ui/toast";
import { createStore } from "@/lib/store";

/** The last change made here that can be undone, for ⌘Z. */
export const lastChange = createStore<string | null>(null);

/** Everything that an event may touch: a change and its undo make the same queries stale. */
export const TOUCHED = ["opportunities", "accounts", "contacts", "tasks", "proposals", "timeline"];

export function useUndo() {
  const client = useQueryClient();
  return useCallback(
    async (eventId: string) => {
      lastChange.set(null);
      try {
        const { data } = await post("/undo", { body: { event_id: eventId } });
        await Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
        const kept = data.kept.map((k) => k.field).join(", ");
        told(kept ? `Undone, but for ${kept}: changed since` : "Undone");
      } catch (error) {
        failed("This could not be undone", sentence(error));
      }
    },
    [client],
  );
}

/** Past tense, with Undo when the server gave an event to undo. */
export function useTold() {
  const undo = useUndo();
  return useCallback(
    (title: string, eventId: string | null) => {
      lastChange.set(eventId);
      told(title, eventId ? { label: "Undo", run: () => void undo(eventId) } : undefined);
    },
    [undo],
  );
}
