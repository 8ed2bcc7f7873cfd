/** What the list and the board say of other people's deals, besides the deals themselves. */
import { createStore } from "@/lib/store";

/** Who moved a card just now, by the card's id. */
export const moves = createStore<Record<string, { name: string; at: string }>>({});
/** Records that others made and that the lists on the page do not show yet. */
export const arrivals = createStore<string[]>([]);
