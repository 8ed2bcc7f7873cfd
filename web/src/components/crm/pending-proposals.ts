/** How many proposals wait on each record: one query for every row and card on the page. */
import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import type { Page, Proposal } from "@/api/types";
import { allOf, pendingQuery } from "./proposal-query";

function count(data: InfiniteData<Page<Proposal>>): Map<string, number> {
  const found = new Map<string, number>();
  for (const { target } of allOf(data)) if (target.id) found.set(target.id, (found.get(target.id) ?? 0) + 1);
  return found;
}

export function usePendingProposals(recordId: string): number {
  return useInfiniteQuery({ ...pendingQuery(), select: count }).data?.get(recordId) ?? 0;
}
