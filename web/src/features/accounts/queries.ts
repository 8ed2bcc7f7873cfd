import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { apiFilters, type ListSearch } from "@/components/crm/list/search";

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ["accounts", "detail", id],
    queryFn: ({ signal }) => get("/accounts/{id}", { path: { id }, signal }),
  });

export const accountsQuery = (search: ListSearch) => {
  const query = { ...apiFilters(search), q: search.q, sort: search.sort ?? (search.q ? undefined : "name") };
  return infiniteQueryOptions({
    queryKey: ["accounts", "list", query],
    queryFn: ({ pageParam, signal }) =>
      get("/accounts", {
        query: { ...query, limit: 100, cursor: pageParam ?? undefined, count: pageParam === null },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
};

export const hierarchyQuery = (id: string) =>
  queryOptions({
    queryKey: ["accounts", "hierarchy", id],
    queryFn: ({ signal }) => get("/accounts/{id}/hierarchy", { path: { id }, signal }),
  });

export const plansQuery = (id: string) =>
  queryOptions({
    queryKey: ["accounts", "plans", id],
    queryFn: async ({ signal }) => (await get("/accounts/{id}/plans", { path: { id }, signal })).items,
  });

export type PeopleState = "current" | "former";
export const accountPeopleQuery = (id: string, state: PeopleState) =>
  infiniteQueryOptions({
    queryKey: ["accounts", "people", id, state],
    queryFn: ({ pageParam, signal }) =>
      get("/accounts/{id}/people", {
        path: { id },
        query: { state, limit: 100, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
