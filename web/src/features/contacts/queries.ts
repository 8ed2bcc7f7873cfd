import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { RecordSearch } from "@/components/crm/record-list";

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "detail", id],
    queryFn: ({ signal }) => get("/contacts/{id}", { path: { id }, signal }),
  });

export const contactsQuery = (search: RecordSearch) =>
  infiniteQueryOptions({
    queryKey: ["contacts", "list", search],
    queryFn: ({ pageParam, signal }) =>
      get("/contacts", {
        query: {
          q: search.q,
          sort: search.sort ?? (search.q ? undefined : "name"),
          owner: search.mine ? "me" : undefined,
          limit: 100,
          cursor: pageParam ?? undefined,
          count: pageParam === null,
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
