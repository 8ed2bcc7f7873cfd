/** Mends a record wherever it is cached: its page, the lists, the board. */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Board, BoardColumn, Money, Opportunity, Page } from "@/api/types";

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
    client.setQueriesData<Board>(
      { queryKey: [type, "board"] },
      (old) => old && onBoard(old, id, mend as unknown as Mend<Opportunity>),
    );
  }
}

/** Nothing stays nothing: a sum that is hidden. */
const plus = (money: Money | null | undefined, by: number): Money | null =>
  money ? { ...money, amount: (Number(money.amount) + by).toFixed(2) } : null;
const base = (o: Opportunity): number => Number(o.amount_base?.amount ?? o.amount?.amount ?? 0);

function count(column: BoardColumn, card: Opportunity, sign: 1 | -1): BoardColumn {
  return {
    ...column,
    count: column.count + sign,
    sum: plus(column.sum, sign * base(card)),
    weighted: plus(column.weighted, (sign * base(card) * column.stage.probability) / 100),
  };
}

function onBoard(board: Board, id: string, mend: Mend<Opportunity>): Board {
  const from = board.columns.find((c) => c.items.some((o) => o.id === id));
  const card = from?.items.find((o) => o.id === id);
  if (!from || !card) return board;
  const next = mend(card);
  return {
    ...board,
    columns: board.columns.map((column) => {
      let out = column;
      if (column.stage.id === from.stage.id) {
        out = { ...count(out, card, -1), items: out.items.filter((o) => o.id !== id) };
      }
      if (next && column.stage.id === next.stage_id) {
        const items =
          column.stage.id === from.stage.id ? column.items.map((o) => (o.id === id ? next : o)) : [next, ...out.items];
        out = { ...count(out, next, 1), items };
      }
      return out;
    }),
  };
}
