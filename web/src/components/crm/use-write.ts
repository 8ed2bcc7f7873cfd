/** A change of what hangs on a record: said with an undo, and everything that it touches is read anew. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isApiError, sentence } from "@/api/problem";
import { failed } from "@/components/ui/toast";
import { useTold } from "./use-undo";

/** `stale` begins the keys of what is read anew. A form says itself what is wrong (`land`); else it is told in passing. */
export function useWriteOf<V, A extends { eventId: string | null }>(
  stale: readonly string[],
  send: (value: V) => Promise<A>,
  said: (value: V) => string,
  land?: (error: unknown) => void,
) {
  const client = useQueryClient();
  const told = useTold();
  return useMutation({
    mutationFn: send,
    onSuccess: ({ eventId }, value) => told(said(value), eventId),
    onError: (error) => {
      const moved = isApiError(error, "version_conflict");
      const why = moved ? new Error("Someone changed this meanwhile. It has been read anew: try again.") : error;
      if (land) land(why);
      else failed("This was not saved", sentence(why));
    },
    onSettled: () => Promise.all(stale.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

/** Of what hangs on accounts and contacts. */
export const useWrite = <V, A extends { eventId: string | null }>(
  send: (value: V) => Promise<A>,
  said: (value: V) => string,
  land?: (error: unknown) => void,
) => useWriteOf(["accounts", "contacts", "timeline"], send, said, land);
