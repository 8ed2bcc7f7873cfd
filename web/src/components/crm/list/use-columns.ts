/** Which columns a list shows: those of its view, until this person chooses others. */
import type { SavedView } from "@/api/types";
import { useStored } from "@/lib/hooks";
import type { ListSpec } from "./spec";

type Visibility = Record<string, boolean>;

export interface ChosenColumns {
  visibility: Visibility;
  /** Others than the view has. */
  changed: boolean;
  choose: (next: Visibility) => void;
  reset: () => void;
}

export function useChosenColumns(
  spec: ListSpec,
  view: SavedView | undefined,
  columns: { id: string; hidden?: boolean }[],
): ChosenColumns {
  const [plain, setPlain] = useStored<Visibility>(`dw.columns.${spec.noun[1]}`, {});
  const [byView, setByView] = useStored<Record<string, Visibility>>(`dw.columns.${spec.noun[1]}.views`, {});
  const listed = view?.columns ?? [];
  const shows = (c: { id: string; hidden?: boolean }) =>
    listed.length > 0 ? c.id === "name" || listed.some((l) => l.id === c.id) : !c.hidden;
  const first = Object.fromEntries(columns.map((c) => [c.id, shows(c)]));
  const at = view && `${view.id}:${view.version}`;
  const chosen = at ? (byView[at] ?? {}) : plain;
  const store = (next: Visibility) => (at ? setByView({ ...byView, [at]: next }) : setPlain(next));
  return {
    visibility: { ...first, ...chosen },
    changed: Boolean(at) && Object.entries(chosen).some(([id, on]) => id in first && first[id] !== on),
    choose: (next) => store({ ...chosen, ...next }),
    reset: () => store({}),
  };
}
