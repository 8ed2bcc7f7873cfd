/** Which columns a list shows, in which order and how wide: those of its view, until this person chooses others. */
import type { Measure, SavedView } from "@/api/types";
import { useStored } from "@/lib/hooks";
import type { ListSpec } from "./spec";

export interface ChosenColumn {
  id: string;
  /** Stays in sight when the list is scrolled sideways. */
  pinned: boolean;
  /** Pixels; null as the column comes. */
  width: number | null;
  /** What stands below it; null for nothing. */
  figure: Measure | null;
}

/** As a view keeps it. */
export const saidOf = ({ id, pinned, width, figure }: ChosenColumn): SavedView["columns"][number] => ({
  id,
  pinned,
  width,
  figure,
});

export interface ChosenColumns {
  /** Those that show: the name, then what is pinned, then the rest. */
  shown: ChosenColumn[];
  /** Others than the view has. */
  changed: boolean;
  set: (next: ChosenColumn[]) => void;
  reset: () => void;
}

/** The name leads, and what is pinned stands beside it. */
export function inOrder(columns: ChosenColumn[]): ChosenColumn[] {
  const rank = (c: ChosenColumn) => (c.id === "name" ? 0 : c.pinned ? 1 : 2);
  return [...columns].sort((a, b) => rank(a) - rank(b));
}

/** The columns that show, as they stand, with their settings. */
export const shownOf = <C extends { id: string }>(columns: C[], shown: ChosenColumn[]): (C & ChosenColumn)[] =>
  shown.flatMap((s) => columns.filter((c) => c.id === s.id).map((c) => ({ ...c, ...s })));

export function useChosenColumns(
  spec: ListSpec,
  view: SavedView | undefined,
  columns: { id: string; hidden?: boolean; figure?: Measure }[],
): ChosenColumns {
  const key = `dw.list.${spec.noun[1]}`;
  const [plain, setPlain] = useStored<ChosenColumn[] | null>(key, null);
  const [byView, setByView] = useStored<Record<string, ChosenColumn[]>>(`${key}.views`, {});
  const known = new Set(columns.map((c) => c.id));
  const of = (listed: { id: string; pinned?: boolean; width?: number | null; figure?: Measure | null }[]) => {
    const name = listed.some((c) => c.id === "name") ? [] : [{ id: "name" }];
    const all = [...name, ...listed].filter((c) => known.has(c.id));
    return inOrder(all.map((c) => ({ pinned: false, width: null, figure: null, ...c })));
  };
  const saved = view?.columns ?? [];
  const first = of(
    saved.length > 0 ? saved : columns.filter((c) => !c.hidden).map((c) => ({ id: c.id, figure: c.figure ?? null })),
  );
  const at = view && `${view.id}:${view.version}`;
  const chosen = at ? byView[at] : plain;
  const shown = chosen ? of(chosen) : first;
  return {
    shown,
    changed: Boolean(at) && JSON.stringify(shown) !== JSON.stringify(first),
    set: (next) => (at ? setByView({ ...byView, [at]: next }) : setPlain(next)),
    reset: () => {
      if (!at) setPlain(null);
      else setByView(Object.fromEntries(Object.entries(byView).filter(([id]) => id !== at)));
    },
  };
}
