import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { apiFilters, type ListSearch } from "@/components/crm/list/search";

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "detail", id],
    queryFn: ({ signal }) => get("/contacts/{id}", { path: { id }, signal }),
  });

export const contactsQuery = (search: ListSearch) => {
  const query = { ...apiFilters(search), q: search.q, sort: search.sort ?? (search.q ? undefined : "name") };
  return infiniteQueryOptions({
    queryKey: ["contacts", "list", query],
    queryFn: ({ pageParam, signal }) =>
      get("/contacts", {
        query: { ...query, limit: 100, cursor: pageParam ?? undefined, count: pageParam === null },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
};

export const contactAccountsQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "accounts", id],
    queryFn: async ({ signal }) => (await get("/contacts/{id}/accounts", { path: { id }, signal })).items,
  });
