import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import { leadFilter, type LeadSearch } from "./search";

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ["leads", "detail", id],
    queryFn: ({ signal }) => get("/leads/{id}", { path: { id }, signal }),
  });

export const leadsQuery = (search: LeadSearch) =>
  infiniteQueryOptions({
    queryKey: ["leads", "list", search],
    queryFn: ({ pageParam, signal }) =>
      get("/leads", {
        query: { ...leadFilter(search), limit: 100, cursor: pageParam ?? undefined, count: pageParam === null },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** What a conversion would find and make; asked anew each time the dialog opens. */
export const conversionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["leads", "conversion", id, version],
    queryFn: async () => (await post("/leads/{id}/conversion-preview", { path: { id } })).data,
    staleTime: 0,
    gcTime: 0,
  });
