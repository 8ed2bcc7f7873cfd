/** What hangs on a deal: read when its tab is opened. */
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { useWriteOf } from "@/components/crm/use-write";

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

/** A change of a part of a deal. */
export const usePart = <V, A extends { eventId: string | null }>(
  send: (value: V) => Promise<A>,
  said: (value: V) => string,
  land?: (error: unknown) => void,
) => useWriteOf(["opportunities", "timeline"], send, said, land);
