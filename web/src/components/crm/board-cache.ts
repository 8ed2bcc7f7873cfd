/** Mends a card wherever a board with it is cached. */
import type { QueryClient } from "@tanstack/react-query";
import type { Board, Opportunity } from "@/api/types";
import { cardOn, placed, recounted, type Lane } from "./board-model";
import { boardsAreMendedBy, type Mend } from "./cache";

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

boardsAreMendedBy({
  mend: onBoards,
  find: (client, id) =>
    client
      .getQueriesData<Board>({ queryKey: ["opportunities", "board"] })
      .map(([, board]) => board && cardOn(board, id))
      .find((card) => card !== undefined),
});
