/** How many proposals wait on each record: one query for every row and card on the page. */
import { useQuery } from "@tanstack/react-query";
import type { Proposal } from "@/api/types";
import { proposalsQuery } from "./proposal-query";

function count(proposals: Proposal[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { target } of proposals) if (target?.id) found.set(target.id, (found.get(target.id) ?? 0) + 1);
  return found;
}

export function usePendingProposals(recordId: string): number {
  return useQuery({ ...proposalsQuery({ status: "pending" }), select: count }).data?.get(recordId) ?? 0;
}
