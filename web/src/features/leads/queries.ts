import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import { apiFilters, type ListSearch } from "@/components/crm/list/search";

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ["leads", "detail", id],
    queryFn: ({ signal }) => get("/leads/{id}", { path: { id }, signal }),
  });

export const leadsQuery = (search: ListSearch) => {
  const query = { ...apiFilters(search), q: search.q, sort: search.sort ?? (search.q ? undefined : "-created_at") };
  return infiniteQueryOptions({
    queryKey: ["leads", "list", query],
    queryFn: ({ pageParam, signal }) =>
      get("/leads", {
        query: { ...query, limit: 100, cursor: pageParam ?? undefined, count: pageParam === null },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
};

/** What a conversion would find and make; asked anew each time the dialog opens. */
export const conversionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["leads", "conversion", id, version],
    queryFn: async () => (await post("/leads/{id}/conversion-preview", { path: { id } })).data,
    staleTime: 0,
    gcTime: 0,
  });
