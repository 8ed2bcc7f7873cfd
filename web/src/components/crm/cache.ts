/** Mends a record wherever it is cached: its page, the lists, the board. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Opportunity, Page } from "@/api/types";

export type RecordType = "opportunities" | "accounts" | "contacts" | "leads";
interface Versioned {
  id: string;
  version: number;
}
export type Mend<R> = (record: R) => R | null;

/** Mends the boards that are cached. The board's page brings it: before that there is none. */
type OnBoards = (client: QueryClient, id: string, mend: Mend<Opportunity>) => void;
let onBoards: OnBoards | null = null;
export const boardsAreMendedBy = (mend: OnBoards): void => {
  onBoards = mend;
};

function inItems<R extends Versioned>(items: R[], id: string, mend: Mend<R>): R[] {
  if (!items.some((r) => r.id === id)) return items;
  return items.flatMap((r) => (r.id === id ? (mend(r) ?? []) : r));
}

/** `mend` gets what is cached and answers with what it is now, or null when it is gone. */
export function patchRecord<R extends Versioned>(
  client: QueryClient,
  type: RecordType,
  id: string,
  mend: Mend<R>,
): void {
  client.setQueryData<R>([type, "detail", id], (old) => (old ? (mend(old) ?? undefined) : old));
  client.setQueriesData<InfiniteData<Page<R>>>(
    { queryKey: [type, "list"] },
    (old) => old && { ...old, pages: old.pages.map((page) => ({ ...page, items: inItems(page.items, id, mend) })) },
  );
  if (type === "opportunities") {
    onBoards?.(client, id, mend as unknown as Mend<Opportunity>);
  }
}
