import { infiniteQueryOptions, queryOptions, type InfiniteData } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Page, Proposal, ProposalStatus } from "@/api/types";
import { number } from "@/lib/format";

export const proposalsQuery = (filter: { status?: ProposalStatus; subject_id?: string }) =>
  infiniteQueryOptions({
    queryKey: ["proposals", "list", filter],
    queryFn: ({ pageParam, signal }) =>
      get("/proposals", { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** The same query feeds the sidebar's count, the badges on rows and cards, Home and the approvals. */
export const pendingQuery = () => proposalsQuery({ status: "pending" });

export const allOf = ({ pages }: InfiniteData<Page<Proposal>>): Proposal[] => pages.flatMap((page) => page.items);

/** Proposals come without a total: what is beyond the pages that were read is a plus. */
export const countWords = (data: InfiniteData<Page<Proposal>>): string =>
  `${number(allOf(data).length)}${data.pages.at(-1)?.next_cursor ? "+" : ""}`;

/** A proposal as it is now: the stream gives the first state, decisions and live updates the next ones. */
export const proposalQuery = (first: Proposal) =>
  queryOptions({
    queryKey: ["proposals", "detail", first.id],
    queryFn: ({ signal }) => get("/proposals/{id}", { path: { id: first.id }, signal }),
    initialData: first,
    staleTime: 30_000,
  });
