/** What hangs on a deal: read when its tab is opened. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { useTold } from "@/components/crm/use-undo";
import { failed } from "@/components/ui/toast";

export const dealContactsQuery = (id: string) =>
  queryOptions({
    queryKey: ["opportunities", "contacts", id],
    queryFn: async ({ signal }) => (await get("/opportunities/{id}/contacts", { path: { id }, signal })).items,
  });

export const dealCompetitorsQuery = (id: string) =>
  queryOptions({
    queryKey: ["opportunities", "competitors", id],
    queryFn: async ({ signal }) => (await get("/opportunities/{id}/competitors", { path: { id }, signal })).items,
  });

export const earlierClosesQuery = (id: string) =>
  queryOptions({
    queryKey: ["opportunities", "closes", id],
    queryFn: async ({ signal }) => (await get("/opportunities/{id}/earlier-closes", { path: { id }, signal })).items,
  });

/** A change of a part: said with an undo, and everything of the deal is read anew. A form says itself what is wrong. */
export function usePart<V, A extends { eventId: string | null }>(
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
      const told = moved ? new Error("Someone changed the deal meanwhile. Try again.") : error;
      if (land) land(told);
      else failed("This was not saved", sentence(told));
    },
    onSettled: () =>
      Promise.all(["opportunities", "timeline"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
