/** The cells of a table by keyboard, and how they are edited: Enter or F2 opens, Enter saves, Tab saves and goes on, Escape
 * leaves all as it was. What the server refuses stays open where it was typed, with the reason. */
import { useCallback, useEffect, useState, type KeyboardEvent, type RefObject } from "react";
import { useMe } from "@/api/shared";
import type { FieldValue } from "@/components/crm/editor";
import { useStable } from "@/lib/hooks";
import { held } from "@/components/crm/live/marks";
import { same } from "@/components/crm/same";
import type { ListSpec } from "@/components/crm/list/spec";
import { useEdit } from "@/components/crm/use-edit";
import type { RecordType } from "@/components/crm/cache";
import type { Listed, PlacedColumn, TableColumn } from "./column";
import type { Line } from "./lines";
import type { Editing } from "./row";
import { MIN_WIDTH } from "./use-placed";

interface Given<R extends Listed> {
  spec: ListSpec;
  defs: TableColumn<R>[];
  lines: Line<R>[];
  columns: PlacedColumn[];
  selected: ReadonlySet<string>;
  onSelected: (ids: ReadonlySet<string>) => void;
  scroller: RefObject<HTMLDivElement | null>;
  scrollTo: (index: number) => void;
  sizing: Record<string, number>;
  setSizing: (next: (now: Record<string, number>) => Record<string, number>) => void;
}

export function useCells<R extends Listed>(given: Given<R>) {
  const { spec, defs, lines, columns, selected, onSelected, scroller } = given;
  const kept = useMe().fields[spec.object];
  const [active, setActive] = useState<{ row: number; column: string }>({ row: 0, column: "name" });
  const [editing, setEditing] = useState<Editing<R> | null>(null);
  const holding = editing?.record.id ?? null;
  useEffect(() => {
    held.set(holding);
    return () => held.set(null);
  }, [holding]);
  const save = useEdit<R>(spec.path.slice(1) as RecordType);
  const recordAt = (row: number): R | undefined => {
    const line = lines[row];
    return line?.kind === "row" ? line.record : undefined;
  };
  const editable = (column: string): boolean => {
    const edit = defs.find((c) => c.id === column)?.edit;
    return edit !== undefined && kept?.[edit.field] === undefined;
  };
  const focus = useCallback(
    (row: number, column: string) => {
      setActive({ row, column });
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus(),
      );
    },
    [scroller],
  );
  const onSelect = (id: string, on: boolean) => {
    const next = new Set(selected);
    if (on) next.add(id);
    else next.delete(id);
    onSelected(next);
  };
  const onEdit = (row: number, column: string | null) => {
    const record = recordAt(row);
    setEditing(column && record ? { record, column } : null);
    if (column) setActive({ row, column });
    else if (ours(scroller.current, document.activeElement)) focus(row, active.column);
  };
  const onSave = (record: R, column: TableColumn<R>, value: FieldValue, next: boolean) => {
    const edit = column.edit;
    const row = lines.findIndex((l) => l.kind === "row" && l.record.id === record.id);
    const seen = editing?.record ?? record;
    // Others may have changed other cells of the row; where it was this one, the server finds the conflict.
    const base = edit && same(edit.value(record), edit.value(seen)) ? record : seen;
    if (edit && !same(value, edit.value(seen)))
      save(edit.change(base, value), (error) => {
        setEditing({ record: base, column: column.id, draft: value, error });
        setActive({ row, column: column.id });
      });
    const at = columns.findIndex((c) => c.id === column.id);
    const following = columns.slice(at + 1).find((c) => editable(c.id));
    if (next && following) {
      onEdit(row, following.id);
      return;
    }
    setEditing(null);
    focus(row, column.id);
  };
  /** One goes on with one's own, knowing what the row is now. */
  const onKeep = (record: R) => setEditing((old) => old && { ...old, record });
  const onKeyDown = (event: KeyboardEvent) => {
    if (editing || !(event.target instanceof HTMLElement) || !event.target.dataset.cell) return;
    // Where the focus is, however it came there.
    const [, digits = "0", here = "name"] = /^(\d+):(.*)$/.exec(event.target.dataset.cell) ?? [];
    const row = Number(digits);
    const at = columns.findIndex((c) => c.id === here);
    const go = (next: number, column: string | undefined, step = 0) => {
      event.preventDefault();
      let to = Math.max(0, Math.min(lines.length - 1, next));
      while (step !== 0 && lines[to]?.kind !== "row" && lines[to + step]) to += step;
      given.scrollTo(to);
      focus(to, column ?? here);
    };
    const record = recordAt(row);
    const wider = event.altKey && { ArrowRight: 16, ArrowLeft: -16 }[event.key];
    const size = columns[at]?.size;
    const opens = record?.may.update && editable(here);
    if (wider && size !== undefined) {
      event.preventDefault();
      given.setSizing((now) => ({ ...now, [here]: Math.max(MIN_WIDTH, size + wider) }));
    } else if (event.key === "ArrowDown") go(row + 1, here, 1);
    else if (event.key === "ArrowUp") go(row - 1, here, -1);
    else if (event.key === "ArrowRight") go(row, columns[at + 1]?.id);
    else if (event.key === "ArrowLeft") go(row, columns[at - 1]?.id);
    else if (event.key === " " && record) {
      event.preventDefault();
      onSelect(record.id, !selected.has(record.id));
    } else if (event.key === "F2" && opens) {
      event.preventDefault();
      onEdit(row, here);
    } else if (event.key === "Enter" && record) {
      event.preventDefault();
      if (here === "name") event.target.querySelector("a")?.click();
      else if (opens) onEdit(row, here);
    }
  };
  return {
    active,
    editing,
    // Rows are drawn anew when they change themselves, and not because others have.
    onSelect: useStable(onSelect),
    onEdit: useStable(onEdit),
    onSave: useStable(onSave),
    onKeep: useStable(onKeep),
    onKeyDown,
  };
}

/** Whether the focus is in the grid or in the list that a cell has opened: if it has gone elsewhere, it stays there. */
const ours = (grid: Element | null, focused: Element | null): boolean =>
  focused !== null && (grid?.contains(focused) === true || focused.closest("[data-slot=popover]") !== null);
