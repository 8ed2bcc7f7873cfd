/** The order of cards by hand: where among the cards of a column one would come that is held over it. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { put } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Board, Opportunity } from "@/api/types";
import { below } from "@/components/crm/board-model";
import { failed } from "@/components/ui/toast";
import { createStore } from "@/lib/store";
import type { Carried, Place } from "./board-dnd";

/** The sort of a board whose order is made by hand. */
export const BY_HAND = "-position";

/** The column, and the card that the one in the hand comes below; null: on top. */
export interface Slot {
  col: string;
  below: string | null;
}
/** Where the card in the hand would come; null when the order is not made by hand, or nothing is held. */
export const slot = createStore<Slot | null>(null);

/** The card above one that is carried; null when it is the first. */
export const above = ({ col }: Place, { record }: Carried): string | null =>
  col.items[col.items.findIndex((o) => o.id === record.id) - 1]?.id ?? null;

const cardsOf = (col: string): HTMLElement[] => [
  ...(document
    .querySelector(`section[data-stage="${CSS.escape(col)}"]`)
    ?.querySelectorAll<HTMLElement>("[data-card]") ?? []),
];

/** The middles of a column's cards, from the top. */
const middles = (col: string): { id: string; y: number }[] =>
  cardsOf(col)
    .map((card) => ({ id: card.dataset.card ?? "", box: card.getBoundingClientRect() }))
    .map(({ id, box }) => ({ id, y: box.top + box.height / 2 }))
    .sort((a, b) => a.y - b.y);

/** Says where a card would come whose middle is at `y`. */
export function hold(col: string, y: number): void {
  const over = middles(col).filter((card) => card.y < y);
  const next = { col, below: over.at(-1)?.id ?? null };
  const now = slot.get();
  if (now?.col !== next.col || now.below !== next.below) slot.set(next);
}

/** How far the middle of the held card goes to pass the next one up or down; null when there is none. */
export function pass(col: string, y: number, down: boolean): number | null {
  const ahead = middles(col).filter((card) => (down ? card.y > y + 1 : card.y < y - 1));
  const next = down ? ahead[0] : ahead.at(-1);
  return next ? next.y - y + (down ? 2 : -2) : null;
}

/** Puts a card where it was dropped on the boards that show the order made by hand. */
export function settle(client: QueryClient, id: string, under: string | null): void {
  client.setQueriesData<Board>({ queryKey: ["opportunities", "board"] }, (old) =>
    old?.sort === BY_HAND ? below(old, id, under) : old,
  );
}

/** Puts a card to another place in its column; one that is refused goes back. */
export function usePlace() {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ record, under }: { record: Opportunity; under: string | null }) =>
      put("/opportunities/{id}/position", { path: { id: record.id }, body: { below_id: under } }),
    // Each waits for the one before: the order that was made is the one that is kept.
    scope: { id: "board-order" },
    onMutate: ({ record, under }) => settle(client, record.id, under),
    onError: (error, { record }) => {
      failed(`${record.name} was put back`, sentence(error));
      void client.invalidateQueries({ queryKey: ["opportunities", "board"] });
    },
  });
  return mutation.mutate;
}
