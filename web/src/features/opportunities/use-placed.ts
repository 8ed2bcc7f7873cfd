/** The table's columns in their places: how wide each is, and where those stay that stay in sight. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { ChosenColumn } from "@/components/crm/list/use-columns";
import { useRested } from "@/lib/hooks";
import type { ListColumn, PlacedColumn } from "./columns";

/** Pixels by column; null for the width that it comes with. */
export type Widths = Record<string, number | null>;

/** The column of checkboxes. */
export const CHECK_WIDTH = 54;
export const MIN_WIDTH = 64;

export function usePlaced(defs: ListColumn[], shown: ChosenColumn[], onWidths: (widths: Widths) => void) {
  const key = shown.map((c) => `${c.id}:${c.width}:${c.pinned}`).join();
  const sized = useMemo(
    () =>
      shown.flatMap((c) => {
        const def = defs.find((d) => d.id === c.id);
        const size = c.width ?? def?.width;
        return def
          ? [{ id: c.id, header: def.header, size: size ?? 100, minSize: MIN_WIDTH, accessorFn: () => null }]
          : [];
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says all that is read of what is shown
    [defs, key],
  );
  // What was drawn here is the table's; once it rests it is kept with the columns.
  const [drawn, setSizing] = useState<Record<string, number>>({});
  const rested = useRested(drawn, 300);
  const settled = useRested(rested, 100);
  const keep = useRef(onWidths);
  useEffect(() => {
    keep.current = onWidths;
  });
  useEffect(() => {
    if (Object.keys(rested).length === 0) return;
    keep.current(rested);
  }, [rested]);

  // What has been kept and is another by now (a view's, or as at first) is no longer the table's.
  const keptAs = (id: string) => shown.find((c) => c.id === id)?.width;
  const sizing = Object.fromEntries(
    Object.entries(drawn).filter(([id, px]) => settled[id] !== px || keptAs(id) === px),
  );

  const last = useRef<{ key: string; placed: PlacedColumn[] }>({ key: "", placed: [] });
  /** The same columns as before if nothing has changed, so that rows need not be drawn again. */
  const place = (sizes: number[]): PlacedColumn[] => {
    const now = `${key}|${sizes.join()}`;
    if (last.current.key === now) return last.current.placed;
    let left = CHECK_WIDTH;
    const stay = shown.filter((c) => c.id === "name" || c.pinned).length;
    const placed = sized.map((c, i) => {
      const size = sizes[i] ?? c.size;
      const pinned = c.id === "name" || shown.some((s) => s.id === c.id && s.pinned);
      const at = { id: c.id, size, left: pinned ? left : null, edge: i === stay - 1 };
      if (pinned) left += size;
      return at;
    });
    last.current = { key: now, placed };
    return placed;
  };
  const resetWidth = (id: string) => onWidths({ [id]: null });
  return { sized, sizing, setSizing, resetWidth, place };
}
