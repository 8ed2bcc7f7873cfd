/** A list of records that need no more than name, search, sort and a few filters: accounts, contacts and leads. */
import { ArrowDown, ArrowUp, Columns3, Plus, Search } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { number } from "@/lib/format";
import { useNear, useStored } from "@/lib/hooks";
import { useKeys } from "@/lib/keys";

export interface RecordColumn<R> {
  id: string;
  header: string;
  sort?: string;
  align?: "right";
  /** Left out on the phone. */
  wide?: boolean;
  cell: (record: R) => ReactNode;
}
export interface RecordSearch {
  q?: string | undefined;
  sort?: string | undefined;
  mine?: string | undefined;
}

interface Props<R extends { id: string }, S extends RecordSearch> {
  noun: [string, string];
  rows: R[];
  total: string | null;
  columns: RecordColumn<R>[];
  /** Columns that are shown when they are chosen. */
  optional?: RecordColumn<R>[];
  search: S;
  onSearch: (next: S) => void;
  /** Behind "Mine". */
  filters?: ReactNode;
  hasMore: boolean;
  loading: boolean;
  onMore: () => void;
  onCreate: (() => void) | null;
  empty: ReactNode;
}

export const totalWords = (page: { total?: number | null; total_is?: string | null } | undefined): string | null =>
  page?.total === undefined || page.total === null
    ? null
    : page.total_is === "at_least"
      ? `over ${number(page.total)}`
      : number(page.total);

export function RecordList<R extends { id: string }, S extends RecordSearch>(props: Props<R, S>) {
  const { search, optional = [] } = props;
  const [chosen, setChosen] = useStored<Record<string, boolean>>(`dw.columns.${props.noun[1]}`, {});
  const columns = [...props.columns, ...optional.filter((c) => chosen[c.id])];
  const near = useNear(props.onMore, props.hasMore && !props.loading);
  const sort = (field: string) => {
    const next = search.sort === field ? `-${field}` : search.sort === `-${field}` ? undefined : field;
    props.onSearch({ ...search, sort: next });
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-[52px] shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2 md:px-5">
        <SearchField
          key={props.noun[1]}
          search={search}
          onSearch={(next) => props.onSearch({ ...search, ...next })}
          noun={props.noun[1]}
        />
        <Button
          aria-pressed={search.mine === "1"}
          className="aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
          onClick={() => props.onSearch({ ...search, mine: search.mine ? undefined : "1" })}
        >
          Mine
        </Button>
        {props.filters}
        {props.total && (
          <span className="text-meta text-fg-3 tnum">
            {props.total} {props.total === "1" ? props.noun[0] : props.noun[1]}
          </span>
        )}
        <span className="ml-auto" />
        {optional.length > 0 && (
          <Menu
            align="end"
            trigger={
              <Button className="max-md:hidden">
                <Columns3 /> Columns
              </Button>
            }
            items={optional.map((c) => ({
              label: c.header,
              checked: chosen[c.id] === true,
              stay: true,
              run: () => setChosen({ ...chosen, [c.id]: !chosen[c.id] }),
            }))}
          />
        )}
        {props.onCreate && (
          <Button variant="primary" onClick={props.onCreate}>
            <Plus /> New {props.noun[0]}
          </Button>
        )}
      </div>
      <div className="min-h-0 flex-1 scroll-thin overflow-auto">
        <table className="w-full text-cell max-md:[&_tr>:last-child]:pr-4">
          <thead className="sticky top-0 z-10 bg-bg">
            <tr className="h-8 text-left text-meta whitespace-nowrap text-fg-3">
              {columns.map((c) => {
                const down = search.sort === `-${c.sort ?? ""}`;
                const sorted = c.sort !== undefined && (search.sort === c.sort || down);
                return (
                  <th
                    key={c.id}
                    scope="col"
                    aria-sort={sorted ? (down ? "descending" : "ascending") : undefined}
                    className={cn(
                      "border-b border-line px-2 font-medium first:pl-4 last:pr-4 md:first:pl-5 md:last:pr-5",
                      c.align === "right" && "text-right",
                      c.wide && "max-md:hidden",
                    )}
                  >
                    {c.sort ? (
                      <button
                        type="button"
                        onClick={() => sort(c.sort ?? "")}
                        className={cn("inline-flex items-center gap-1 hover:text-fg", sorted && "text-fg")}
                      >
                        {sorted &&
                          (down ? (
                            <ArrowDown className="size-3" aria-hidden />
                          ) : (
                            <ArrowUp className="size-3" aria-hidden />
                          ))}
                        {c.header}
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
            {props.rows.map((row) => (
              <tr key={row.id} className="h-9 border-b border-line hover:bg-muted max-md:h-12">
                {columns.map((c) => (
                  <td
                    key={c.id}
                    className={cn(
                      "max-w-64 truncate px-2 first:pl-4 last:pr-4 md:first:pl-5 md:last:pr-5",
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
        {props.rows.length === 0 && props.empty}
        <div ref={near} className="py-3 text-center text-meta text-fg-3">
          {props.loading && "Loading more"}
        </div>
      </div>
    </div>
  );
}

function SearchField({
  search,
  onSearch,
  noun,
}: {
  search: RecordSearch;
  onSearch: (next: RecordSearch) => void;
  noun: string;
}) {
  const [text, setText] = useState(search.q ?? "");
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useKeys({ "/": () => input.current?.focus() });
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div className="relative w-full max-w-xs">
      <Search className="absolute top-2.5 left-2.5 size-3.5 text-fg-3" aria-hidden />
      <Input
        ref={input}
        type="search"
        aria-label={`Search ${noun}`}
        placeholder={`Search ${noun}`}
        className="pl-8"
        value={text}
        onChange={(e) => {
          const q = e.target.value;
          setText(q);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onSearch({ ...search, q: q.trim() || undefined }), 350);
        }}
      />
    </div>
  );
}
