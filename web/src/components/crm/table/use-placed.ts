/** The table's columns in their places: how wide each is, and where those stay that stay in sight. */
import type { Updater } from "@tanstack/react-table";
import { useMemo } from "react";
import type { ChosenColumn } from "@/components/crm/list/use-columns";
import type { PlacedColumn, TableColumn } from "./column";

/** Pixels by column; null for the width that it comes with. */
export type Widths = Record<string, number | null>;

type Sizes = Record<string, number>;

/** The column of checkboxes. */
export const CHECK_WIDTH = 54;
export const MIN_WIDTH = 64;

type Placed = PlacedColumn & { header: string };
/** As much of a column as its place hangs on. */
type Placeable = Pick<TableColumn<never>, "id" | "header" | "width" | "grow">;

/** Those that stay come first, each beside the one before. */
export function place(defs: Placeable[], shown: Pick<ChosenColumn, "id" | "pinned" | "width">[]): Placed[] {
  const placed: Placed[] = [];
  let left = CHECK_WIDTH;
  for (const c of shown) {
    const def = defs.find((d) => d.id === c.id);
    if (!def) continue;
    const size = Math.max(MIN_WIDTH, c.width ?? def.width);
    const stays = c.id === "name" || c.pinned;
    const grow = def.grow ?? 0;
    placed.push({ id: c.id, header: def.header, size, grow, left: stays ? left : null, edge: false });
    left += size;
  }
  const last = placed.findLast((c) => c.left !== null);
  if (last) last.edge = true;
  return placed;
}

export function usePlaced(
  defs: Placeable[],
  shown: Pick<ChosenColumn, "id" | "pinned" | "width">[],
  onWidths: (widths: Widths) => void,
) {
  const key = shown.map((c) => `${c.id}:${c.width}:${c.pinned}`).join();
  // The same as before if nothing has changed, so that rows need not be drawn again.
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says all that is read of what is shown
  const columns = useMemo(() => place(defs, shown), [defs, key]);
  // Widths are kept with the columns as they are drawn, and nowhere else.
  const sizing = Object.fromEntries(columns.map((c) => [c.id, c.size]));
  const setSizing = (next: Updater<Sizes>) => {
    const sizes = typeof next === "function" ? next(sizing) : next;
    const changed = Object.entries(sizes).filter(([id, size]) => size !== sizing[id]);
    if (changed.length > 0) onWidths(Object.fromEntries(changed.map(([id, size]) => [id, Math.round(size)])));
  };
  return { columns, sizing, setSizing, resetWidth: (id: string) => onWidths({ [id]: null }) };
}
