import { ArrowDown, ArrowUp } from "lucide-react";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/lib/cn";
import { cellClass, columnStyle, stays, type PlacedColumn, type TableColumn } from "./column";
import { readSort } from "@/components/crm/list/search";

/** As much of the table library's header as is used here. */
interface Header {
  id: string;
  getResizeHandler: () => (event: unknown) => void;
}

/** The heads: each sorts, with Shift as one more key, and its edge sets the width. */
export function TableHead<R>(props: {
  defs: TableColumn<R>[];
  headers: Header[];
  columns: PlacedColumn[];
  /** Back to the width that it comes with. */
  onResetWidth: (id: string) => void;
  minWidth: number;
  sort: string | undefined;
  onSort: (field: string, add: boolean) => void;
  chosen: "all" | "some" | "none";
  onChoose: (all: boolean) => void;
}) {
  const sorted = readSort(props.sort);
  return (
    <div
      role="row"
      style={{ minWidth: props.minWidth }}
      className="sticky top-0 z-10 flex h-8 border-b border-line bg-bg pr-3"
    >
      <div role="columnheader" className="sticky left-0 z-1 flex w-[54px] shrink-0 items-center bg-bg pl-5">
        <Checkbox
          aria-label="Select all loaded rows"
          checked={props.chosen === "some" ? "indeterminate" : props.chosen === "all"}
          onCheckedChange={(on) => props.onChoose(on === true)}
        />
      </div>
      {props.headers.map((header) => {
        const column = props.defs.find((c) => c.id === header.id);
        const at = props.columns.find((c) => c.id === header.id);
        const key = sorted.find((k) => k.field === column?.sort);
        if (!at) return null;
        return (
          <div
            key={header.id}
            role="columnheader"
            aria-sort={key ? (key.desc ? "descending" : "ascending") : undefined}
            style={columnStyle(at)}
            className={cn(
              cellClass,
              "group/head relative bg-bg text-meta font-medium text-fg-3",
              stays(at),
              column?.align === "right" && "justify-end",
            )}
          >
            {column?.sort ? (
              <button
                type="button"
                title="Sort; with Shift, also by this"
                onClick={(e) => props.onSort(column.sort ?? "", e.shiftKey)}
                className={cn("inline-flex items-center gap-1 truncate hover:text-fg", key && "text-fg")}
              >
                {key && (key.desc ? <ArrowDown className="size-3" /> : <ArrowUp className="size-3" />)}
                {column.header}
                {key && sorted.length > 1 && <span className="text-fg-3">{sorted.indexOf(key) + 1}</span>}
              </button>
            ) : (
              <span className="truncate">{column?.header}</span>
            )}
            <span
              aria-hidden
              onMouseDown={header.getResizeHandler()}
              onTouchStart={header.getResizeHandler()}
              onDoubleClick={() => props.onResetWidth(header.id)}
              className="absolute inset-y-1.5 right-0 w-1.5 cursor-col-resize border-r border-transparent group-hover/head:border-line-strong hover:border-accent!"
            />
          </div>
        );
      })}
    </div>
  );
}
