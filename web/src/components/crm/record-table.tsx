/** Records in a plain table: heads that sort, and a checkbox for each. */
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/lib/cn";
import type { Chosen } from "./list/bulk";
import { nextSort, readSort } from "./list/search";

export interface RecordColumn<R> {
  id: string;
  header: string;
  sort?: string;
  align?: "right";
  /** Shown when it is chosen. */
  hidden?: boolean;
  /** Its name in an export, where it is another. */
  field?: string;
  /** Left out on the phone. */
  wide?: boolean;
  cell: (record: R) => ReactNode;
}
interface Props<R extends Chosen> {
  rows: R[];
  columns: RecordColumn<R>[];
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
  picked: ReadonlySet<string>;
  onPick: (ids: Iterable<string>) => void;
}

export function RecordTable<R extends Chosen>(props: Props<R>) {
  const { rows, columns, picked, onPick } = props;
  const sorted = readSort(props.sort);
  const every = rows.length > 0 && rows.every((r) => picked.has(r.id));
  return (
    <table className="w-full text-cell max-md:[&_tr>:last-child]:pr-4">
      <thead className="sticky top-0 z-10 bg-bg">
        <tr className="h-8 text-left text-meta whitespace-nowrap text-fg-3">
          <th scope="col" className="w-10 border-b border-line pl-5 max-md:hidden">
            <Checkbox
              aria-label="Select all loaded rows"
              checked={every ? true : picked.size > 0 ? "indeterminate" : false}
              onCheckedChange={(on) => onPick(on === true ? rows.map((r) => r.id) : [])}
            />
          </th>
          {columns.map((c) => {
            const key = sorted.find((k) => k.field === c.sort);
            return (
              <th
                key={c.id}
                scope="col"
                aria-sort={key ? (key.desc ? "descending" : "ascending") : undefined}
                className={cn(
                  "border-b border-line px-2 font-medium last:pr-4 max-md:nth-2:pl-4 md:last:pr-5",
                  c.align === "right" && "text-right",
                  c.wide && "max-md:hidden",
                )}
              >
                {c.sort ? (
                  <button
                    type="button"
                    title="Sort; with Shift, also by this"
                    onClick={(e) => props.onSort(nextSort(props.sort, c.sort ?? "", e.shiftKey))}
                    className={cn("inline-flex items-center gap-1 hover:text-fg", key && "text-fg")}
                  >
                    {key &&
                      (key.desc ? (
                        <ArrowDown className="size-3" aria-hidden />
                      ) : (
                        <ArrowUp className="size-3" aria-hidden />
                      ))}
                    {c.header}
                    {key && sorted.length > 1 && <span className="text-fg-3">{sorted.indexOf(key) + 1}</span>}
                  </button>
                ) : (
                  c.header
                )}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="h-9 border-b border-line hover:bg-muted max-md:h-12">
            <td className="pl-5 max-md:hidden">
              <Checkbox
                aria-label={`Select ${row.name}`}
                checked={picked.has(row.id)}
                onCheckedChange={(on) =>
                  onPick(on === true ? [...picked, row.id] : [...picked].filter((i) => i !== row.id))
                }
              />
            </td>
            {columns.map((c) => (
              <td
                key={c.id}
                className={cn(
                  "max-w-64 truncate px-2 last:pr-4 max-md:nth-2:pl-4 md:last:pr-5",
                  c.align === "right" && "text-right tnum",
                  c.wide && "max-md:hidden",
                )}
              >
                {c.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
