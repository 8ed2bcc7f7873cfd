import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { RecordSearch } from "@/components/crm/record-list";

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ["accounts", "detail", id],
    queryFn: ({ signal }) => get("/accounts/{id}", { path: { id }, signal }),
  });

export const accountsQuery = (search: RecordSearch) =>
  infiniteQueryOptions({
    queryKey: ["accounts", "list", search],
    queryFn: ({ pageParam, signal }) =>
      get("/accounts", {
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
