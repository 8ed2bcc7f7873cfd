import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Board } from "@/api/types";
import type { Lane } from "@/components/crm/board-model";
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

/** What the deal's version of its pipeline's lifecycle wants ticked. */
export const checklistQuery = (id: string) =>
  queryOptions({
    queryKey: ["opportunities", "checklist", id],
    queryFn: async () => (await get("/opportunities/{id}/checklist", { path: { id } })).items,
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

const laneFilter = (lane: Lane | null): Record<string, string> =>
  !lane ? {} : lane.value === null ? { [`${lane.by}.is_null`]: "true" } : { [lane.by]: lane.value };

/** The orders that a board has an index for; a list that is sorted otherwise comes as a board in the usual order. */
export const BOARD_SORTS = ["-amount", "close_date", "stage_entered_at", "-created_at", "-position"] as const;

const boardBase = (search: ListSearch) => ({
  ...boardFilters(search),
  sort: BOARD_SORTS.find((sort) => sort === search.sort),
});

/**
 * The board, or a row of it. By stage it shows every stage, so that a deal can be dragged to won or lost: the filter on
 * open, won, lost is the list's.
 */
export const boardQuery = (search: ListSearch, lane: Lane | null = null) => {
  const query = { ...boardBase(search), by: search.by };
  return queryOptions({
    queryKey: ["opportunities", "board", query, lane],
    // A board of thousands of cards is not compared card by card with what it was.
    structuralSharing: false,
    queryFn: ({ signal }) =>
      get("/opportunities/board", {
        query: { ...query, ...laneFilter(lane), per_column: search.by ? 10 : 15 },
        signal,
      }),
  });
};

/** The rows of a board: their counts and sums, without cards. */
export const lanesQuery = (search: ListSearch, by: string) => {
  const query = { ...boardFilters(search), by };
  return queryOptions({
    queryKey: ["opportunities", "lanes", query],
    queryFn: ({ signal }) => get("/opportunities/board", { query: { ...query, per_column: 0 }, signal }),
  });
};

/** The next cards of a column, behind those that are there. */
export const moreOfColumn = (search: ListSearch, lane: Lane | null, board: Board, key: string, cursor: string) => {
  const column =
    board.by === "stage"
      ? { stage_id: key }
      : { pipeline_id: board.pipeline.id, stage_kind: "open", ...laneFilter({ by: board.by, value: key || null }) };
  const query = { ...boardFilters(search), ...laneFilter(lane), ...column, sort: board.sort, limit: 100, cursor };
  return get("/opportunities", { query });
};
