/** Mends a record wherever it is cached: its page, the lists, the board. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Opportunity, Page } from "@/api/types";

/** How what is cached of each kind of record begins. */
export const RECORD_KEYS = {
  opportunity: "opportunities",
  account: "accounts",
  contact: "contacts",
  lead: "leads",
} as const;
export type RecordType = (typeof RECORD_KEYS)[keyof typeof RECORD_KEYS];
interface Versioned {
  id: string;
  version: number;
}
export type Mend<R> = (record: R) => R | null;

/** How the boards that are cached are read and mended. The board's page brings it: before that there is none. */
interface OnBoards {
  find: (client: QueryClient, id: string) => Opportunity | undefined;
  mend: (client: QueryClient, id: string, mend: Mend<Opportunity>) => void;
}
let onBoards: OnBoards | null = null;
export const boardsAreMendedBy = (by: OnBoards): void => {
  onBoards = by;
};
export const cachedOnBoard = (client: QueryClient, id: string): Opportunity | undefined => onBoards?.find(client, id);

function inItems<R extends Versioned>(items: R[], id: string, mend: Mend<R>): R[] {
  if (!items.some((r) => r.id === id)) return items;
  return items.flatMap((r) => (r.id === id ? (mend(r) ?? []) : r));
}

const inPage = <R>(page: Page<R>, items: R[]): Page<R> => (items === page.items ? page : { ...page, items });

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
    (old) => old && { ...old, pages: old.pages.map((page) => inPage(page, inItems(page.items, id, mend))) },
  );
  if (type === "opportunities") {
    onBoards?.mend(client, id, mend as unknown as Mend<Opportunity>);
  }
}
