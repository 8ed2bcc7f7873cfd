import { memo } from "react";
import type { FieldLevel, Option } from "@/api/types";
import type { FieldValue } from "@/components/crm/editor";
import { gone, plain, useMarks, type Mark, type Marked } from "@/components/crm/live/marks";
import { same } from "@/components/crm/same";
import { loadable } from "@/lib/loadable";
import { personColours } from "@/components/ui/marks";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/lib/cn";
import {
  cellClass,
  columnStyle,
  optionNames,
  stays,
  type CellEdit,
  type Listed,
  type PlacedColumn,
  type TableColumn,
} from "./column";

const Editor = loadable(() => import("@/components/crm/editor").then((m) => m.Editor));

/** A cell that is being edited, with the record as it was when it was opened; and what was typed and refused, and why. */
export interface Editing<R> {
  record: R;
  column: string;
  draft?: FieldValue;
  error?: string;
}

export interface RowProps<R> {
  record: R;
  index: number;
  defs: TableColumn<R>[];
  columns: PlacedColumn[];
  options: Option[];
  selected: boolean;
  active: string | null;
  editing: Editing<R> | null;
  currency: string;
  /** Fields that the reader's roles keep back. */
  kept: Record<string, FieldLevel> | undefined;
  onSelect: (id: string, on: boolean) => void;
  onEdit: (index: number, column: string | null) => void;
  onSave: (record: R, column: TableColumn<R>, value: FieldValue, next: boolean) => void;
  /** One goes on with one's own, though somebody else has changed the cell. */
  onKeep: (record: R) => void;
}

export const ROW = 36;

/** What lies behind a cell that stays while others pass under it: as its row has it. */
const ground = (selected: boolean) => (selected ? "bg-accent-soft" : "bg-bg group-hover:bg-muted");

export const Row = memo(function Row<R extends Listed>(props: RowProps<R>) {
  const { record, index, selected } = props;
  const marked = useMarks(record.id);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={cn(
        "group flex h-9 border-b border-line pr-3 hover:bg-muted",
        selected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <div
        role="gridcell"
        className={cn("sticky left-0 z-1 flex w-[54px] shrink-0 items-center pl-5", ground(selected))}
      >
        <Checkbox
          aria-label={`Select ${record.name}`}
          checked={selected}
          onCheckedChange={(on) => props.onSelect(record.id, on === true)}
        />
      </div>
      {props.columns.map((c) => (
        <Cell key={c.id} {...props} at={c} marked={marked} />
      ))}
    </div>
  );
}) as <R extends Listed>(props: RowProps<R>) => React.ReactNode;

function Cell<R extends Listed>(props: RowProps<R> & { at: PlacedColumn; marked: Marked | undefined }) {
  const { record, index, at } = props;
  const id = at.id;
  const column = props.defs.find((c) => c.id === id);
  if (!column) return null;
  const edit = column.edit;
  const may = edit !== undefined && record.may.update && props.kept?.[edit.field] === undefined;
  // What was open when the right to change it went stays, to be copied.
  const editing = props.editing?.column === id && edit ? props.editing : null;
  const mark = props.marked?.[plain(edit?.field ?? column.field ?? id)];
  const news = mark?.fresh ? mark.who : null;
  return (
    <div
      role="gridcell"
      tabIndex={props.active === id ? 0 : -1}
      data-cell={`${index}:${id}`}
      style={{ ...columnStyle(at), ...(news ? { background: personColours(news.id).background } : {}) }}
      onClick={(e) => {
        if (may && id !== "name" && !editing && e.target instanceof HTMLElement && !e.target.closest("a"))
          props.onEdit(index, id);
      }}
      onDoubleClick={() => may && props.onEdit(index, id)}
      onPointerEnter={may ? Editor.load : undefined}
      onFocus={may ? Editor.load : undefined}
      className={cn(
        cellClass,
        "relative text-fg-2 transition-colors duration-500 focus-visible:-outline-offset-2",
        stays(at) && [stays(at), ground(props.selected)],
        column.align === "right" && "justify-end text-right tnum",
        may && id !== "name" && "cursor-text",
        id === "name" && "font-medium text-fg",
      )}
    >
      {editing && edit ? (
        <CellEditor {...props} column={column} edit={edit} editing={editing} may={may} mark={mark} />
      ) : (
        <span className="min-w-0 truncate" title={news ? `${news.name}, just now` : column.title?.(record)}>
          {column.cell(record, optionNames(props.options))}
        </span>
      )}
      {news && (
        <span className="absolute top-0 right-0.5 text-[9px]/3">
          <span className="sr-only">changed just now by {news.name}</span>
          <span aria-hidden>{news.name.split(" ")[0]}</span>
        </span>
      )}
    </div>
  );
}

function CellEditor<R extends Listed>(
  props: RowProps<R> & {
    column: TableColumn<R>;
    edit: CellEdit<R>;
    editing: Editing<R>;
    may: boolean;
    mark: Mark | undefined;
  },
) {
  const { record, column, edit, editing, mark } = props;
  const shut = () => props.onEdit(props.index, null);
  const moved = !same(edit.value(record), edit.value(editing.record));
  const shown = moved && column.cell(record, optionNames(props.options));
  const away = gone.useOf((all) => record.id in all) || !props.may;
  const own = props.options.filter((o) => o.kind === edit.options && !o.archived);
  const choices = edit.choices ?? (edit.options ? own.map((o) => ({ value: o.id, label: o.name })) : undefined);
  return (
    <Editor
      kind={edit.kind}
      label={edit.label}
      value={edit.value(editing.record)}
      theirs={moved ? { mark, shown, onTake: shut, onKeep: () => props.onKeep(record) } : undefined}
      closed={away ? "This can no longer be changed here." : undefined}
      {...(editing.draft === undefined ? {} : { draft: editing.draft })}
      {...(editing.error === undefined ? {} : { error: editing.error })}
      currency={props.currency}
      clearable={edit.clearable}
      {...(choices ? { choices } : {})}
      accountId={edit.account?.(record)}
      onCancel={shut}
      onSave={(value, next) => props.onSave(record, column, value, next)}
      className={column.align === "right" ? "text-right" : ""}
    />
  );
}
