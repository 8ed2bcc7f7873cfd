/** Mends a record wherever it is cached: its page, the lists, the board. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Board, Opportunity, Page } from "@/api/types";
import { cardOn, placed, recounted, type Lane } from "./board-model";

export type RecordType = "opportunities" | "accounts" | "contacts" | "leads";
interface Versioned {
  id: string;
  version: number;
}
type Mend<R> = (record: R) => R | null;

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
    onBoards(client, id, mend as unknown as Mend<Opportunity>);
  }
}

/** The boards on the page: one, or one for each row of it. A card that leaves a row comes into another of the same board. */
function onBoards(client: QueryClient, id: string, mend: Mend<Opportunity>): void {
  const boards = client.getQueriesData<Board>({ queryKey: ["opportunities", "board"] });
  const homes = boards.flatMap(([key, board]) => (board && cardOn(board, id) ? [{ key, board }] : []));
  const was = homes[0] && cardOn(homes[0].board, id);
  if (!was) return;
  const now = mend(was);
  const bases = new Set(homes.map(({ key }) => JSON.stringify(key[2])));
  for (const [key, board] of boards) {
    const lane = (key[3] ?? null) as Lane | null;
    const enters = lane !== null && bases.has(JSON.stringify(key[2]));
    if (board) client.setQueryData<Board>(key, placed(board, lane, id, now, enters));
  }
  client.setQueriesData<Board>({ queryKey: ["opportunities", "lanes"] }, (old) => old && recounted(old, was, now));
}
