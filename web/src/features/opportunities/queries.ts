import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { apiFilters, type ListSearch } from "@/components/crm/list/search";

export const opportunityQuery = (id: string) =>
  queryOptions({
    queryKey: ["opportunities", "detail", id],
    queryFn: ({ signal }) => get("/opportunities/{id}", { path: { id }, signal }),
  });

export const transitionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["opportunities", "transitions", id],
    queryFn: async () => (await get("/opportunities/{id}/transitions", { path: { id } })).items,
  });

/** The list, page by page; the totals come with the first page. */
export const listQuery = (search: ListSearch) => {
  const query = { ...apiFilters(search), q: search.q, sort: search.sort };
  return infiniteQueryOptions({
    queryKey: ["opportunities", "list", query],
    queryFn: ({ pageParam, signal }) =>
      get("/opportunities", {
        query: { ...query, limit: 100, cursor: pageParam ?? undefined, totals: pageParam === null },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
};

const boardFilters = (search: ListSearch): Record<string, string | undefined> => {
  const { stage_kind, ...filters } = apiFilters(search);
  return { ...filters, q: search.q };
};

/** The board shows every stage, so that a deal can be dragged to won or lost: the filter on open, won, lost is the list's. */
export const boardQuery = (search: ListSearch) => {
  const query = boardFilters(search);
  return queryOptions({
    queryKey: ["opportunities", "board", query],
    queryFn: ({ signal }) => get("/opportunities/board", { query: { ...query, per_column: 12 }, signal }),
  });
};

export const moreOfColumn = (search: ListSearch, sort: string, stageId: string, cursor: string) =>
  get("/opportunities", { query: { ...boardFilters(search), stage_id: stageId, sort, limit: 50, cursor } });
