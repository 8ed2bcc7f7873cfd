import { useQueryClient } from "@tanstack/react-query";
import type { Board } from "@/api/types";
import type { ListSearch } from "@/components/crm/list/search";
import { failed } from "@/components/ui/toast";
import { settingOf, together, useAxes, whyFixed } from "./board-axes";
import type { Carried, Place } from "./board-dnd";
import { lanesQuery } from "./queries";
import type { Move } from "./use-move";

/** What a drop means: another stage, another value of a field, or both in one change; what can't be is said. */
export function useDrop(search: ListSearch, board: Board, move: (m: Move) => void) {
  const client = useQueryClient();
  const { rows } = useAxes();
  const label = (field: string) => rows.find((f) => f.field === field)?.label ?? field;
  return ({ record, place: from }: Carried, to: Place, under?: string | null): void => {
    const crosses = to.col.key !== from.col.key;
    const changesRow = to.lane !== null && to.lane.key !== from.lane?.key;
    const heads = search.lanes ? client.getQueryData(lanesQuery(search, search.lanes).queryKey) : undefined;
    const refuse = (by: string, why: string) => failed(`${record.name} was put back`, `${label(by)}: ${why}`);
    if (crosses && !board.settable) {
      refuse(board.by, whyFixed(board.by));
      return;
    }
    if (changesRow && search.lanes && heads?.settable !== true) {
      refuse(search.lanes, whyFixed(search.lanes));
      return;
    }
    const retired = [crosses && to.col, changesRow && to.lane].find((c) => c && c.retired);
    if (retired) {
      failed(`${record.name} was put back`, `${retired.title} is no longer offered.`);
      return;
    }
    const stage = crosses ? (to.col.stage ?? undefined) : undefined;
    const byColumn = crosses && !to.col.stage ? settingOf(board.by, label(board.by), to.col) : undefined;
    const byRow =
      changesRow && to.lane && search.lanes ? settingOf(search.lanes, label(search.lanes), to.lane) : undefined;
    move({
      record,
      stage,
      set: together(byColumn, byRow),
      at: { col: to.col.key, lane: to.lane?.key ?? null },
      under,
    });
  };
}
