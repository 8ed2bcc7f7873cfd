import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { NotificationWhich } from "@/api/types";
import { failed } from "@/components/ui/toast";

export const countsQuery = () =>
  queryOptions({
    queryKey: ["notifications", "counts"],
    queryFn: ({ signal }) => get("/notifications/counts", { signal }),
    // A ring may be lost, and what was put off comes back by itself.
    refetchInterval: 60_000,
  });

export interface NotificationFilter {
  unread?: boolean;
  snoozed?: boolean;
}

export const notificationsQuery = (filter: NotificationFilter) =>
  infiniteQueryOptions({
    queryKey: ["notifications", "list", filter],
    queryFn: ({ pageParam, signal }) =>
      get("/notifications", { query: { limit: 30, cursor: pageParam ?? undefined, ...filter }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** Some, or all about a record. */
export type Some = Partial<NotificationWhich>;

export function useNotificationActions() {
  const client = useQueryClient();
  const done = {
    onSuccess: () => client.invalidateQueries({ queryKey: ["notifications"] }),
    onError: (error: unknown) => failed("The notifications were not changed", sentence(error)),
  };
  const mark = useMutation({
    mutationFn: ({ which, read }: { which: Some; read: boolean }) =>
      post("/notifications/marks", { body: { which, read } }),
    ...done,
  });
  const snooze = useMutation({
    mutationFn: ({ which, until }: { which: Some; until: string | null }) =>
      post("/notifications/snoozes", { body: { which, until } }),
    ...done,
  });
  return { mark, snooze };
}
