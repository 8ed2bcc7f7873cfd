import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { sentence } from "@/api/problem";
import type { Board, Opportunity } from "@/api/types";
import type { Lane } from "@/components/crm/board-model";
import type { ListSearch } from "@/components/crm/list/search";
import { failed } from "@/components/ui/toast";
import type { Place } from "./board-dnd";
import { boardQuery, moreOfColumn } from "./queries";

/** The row that a place is in, as its board is asked for. */
const laneOf = (search: ListSearch, { lane }: Place): Lane | null =>
  lane && search.lanes ? { by: search.lanes, value: lane.key || null } : null;

/** The rest of a column, as it scrolls. */
export function useMore(search: ListSearch, place: Place) {
  const client = useQueryClient();
  const [loading, setLoading] = useState(false);
  const going = useRef<string | null>(null);
  const { key, title, next_cursor: cursor } = place.col;
  const lane = laneOf(search, place);
  const load = async () => {
    const query = boardQuery(search, lane).queryKey;
    const board = client.getQueryData<Board>(query);
    if (!cursor || !board || going.current === cursor) return;
    going.current = cursor;
    setLoading(true);
    try {
      const page = await moreOfColumn(search, lane, board, key, cursor);
      client.setQueryData<Board>(query, (old) => old && withMore(old, key, page.items, page.next_cursor ?? null));
    } catch (error) {
      going.current = null;
      failed(`The rest of ${title} could not be loaded`, sentence(error));
    } finally {
      setLoading(false);
    }
  };
  const current = useRef(load);
  useEffect(() => {
    current.current = load;
  });
  return useMemo(() => ({ load: () => void current.current(), loading }), [loading]);
}

function withMore(board: Board, key: string, items: Opportunity[], next_cursor: string | null): Board {
  const more = <S extends { items: Opportunity[] }>(slot: S, at: string): S => {
    if (at !== key) return slot;
    const known = new Set(slot.items.map((o) => o.id));
    return { ...slot, items: [...slot.items, ...items.filter((o) => !known.has(o.id))], next_cursor };
  };
  return {
    ...board,
    columns: board.columns.map((c) => more(c, c.stage.id)),
    groups: board.groups.map((g) => more(g, g.value ?? "")),
  };
}
