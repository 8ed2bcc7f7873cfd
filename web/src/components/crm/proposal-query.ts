import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Proposal, ProposalStatus } from "@/api/types";

export const proposalsQuery = (filter: { status?: ProposalStatus; subject_id?: string }) =>
  queryOptions({
    queryKey: ["proposals", "list", filter],
    queryFn: async ({ signal }) => (await get("/proposals", { query: { ...filter, limit: 100 }, signal })).items,
  });

/** A proposal as it is now: the stream gives the first state, decisions and live updates the next ones. */
export const proposalQuery = (first: Proposal) =>
  queryOptions({
    queryKey: ["proposals", "detail", first.id],
    queryFn: ({ signal }) => get("/proposals/{id}", { path: { id: first.id }, signal }),
    initialData: first,
    staleTime: 30_000,
  });
