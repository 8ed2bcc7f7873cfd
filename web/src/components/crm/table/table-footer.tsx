import { TriangleAlert } from "lucide-react";
import type { Measure } from "@/api/types";
import type { ListSpec } from "@/components/crm/list/spec";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { cellClass, columnStyle, stays, type PlacedColumn, type TableColumn } from "./column";
import type { Figures } from "./use-figures";

const WORDS: Record<Measure, string> = {
  count: "Count",
  empty: "Empty",
  filled: "Filled",
  sum: "Sum",
  average: "Average",
  min: "Lowest",
  max: "Highest",
};
const DATES: Partial<Record<Measure, string>> = { min: "Earliest", max: "Latest" };

interface Props<R> {
  spec: ListSpec;
  defs: TableColumn<R>[];
  /** As they stand, each with the figure below it. */
  columns: (PlacedColumn & { figure: Measure | null })[];
  figures: Figures;
  minWidth: number;
  onFigure: (column: string, figure: Measure | null) => void;
}

/** A figure below each column, over the whole list; it never scrolls away. */
export function TableFooter<R>({ spec, defs, columns, figures, minWidth, onFigure }: Props<R>) {
  return (
    <div
      role="row"
      style={{ minWidth }}
      className="group/foot sticky bottom-0 z-10 flex h-10 border-t border-line-strong bg-sunken pr-3"
    >
      <div role="gridcell" className="sticky left-0 z-1 flex w-[54px] shrink-0 items-center bg-sunken pl-5">
        {figures.failed && (
          <span role="alert" title={figures.failed} className="text-warn-text">
            <TriangleAlert className="size-4" aria-label={figures.failed} />
          </span>
        )}
      </div>
      {columns.map((c) => {
        const def = defs.find((d) => d.id === c.id);
        const sums = def?.sums;
        const word = (m: Measure) => (sums?.measures.includes("sum") ? WORDS[m] : (DATES[m] ?? WORDS[m]));
        return (
          <div
            key={c.id}
            role="gridcell"
            style={columnStyle(c)}
            className={cn(cellClass, "bg-sunken px-0 text-meta whitespace-nowrap", stays(c))}
          >
            {sums && (
              <Menu
                side="top"
                align={def.align === "right" ? "end" : "start"}
                trigger={
                  <button
                    type="button"
                    aria-label={`Below ${def.header}: ${c.figure ? `${word(c.figure)} ${figures.words[c.id] ?? ""}` : "nothing"}`}
                    className={cn(
                      "flex h-full w-full min-w-0 items-center gap-1.5 px-2 text-fg-3 hover:bg-muted focus-visible:-outline-offset-2",
                      def.align === "right" && "justify-end",
                    )}
                  >
                    <Figure
                      word={c.figure && (c.id === "name" ? "" : word(c.figure))}
                      value={
                        c.id === "name" && figures.words.name
                          ? `${figures.words.name} ${spec.noun[figures.words.name === "1" ? 0 : 1]}`
                          : figures.words[c.id]
                      }
                      failed={figures.failed !== null}
                      loading={figures.loading}
                    />
                  </button>
                }
                items={[
                  { label: "Nothing", checked: !c.figure, run: () => onFigure(c.id, null) },
                  "line",
                  ...sums.measures.map((m) => ({
                    label: word(m),
                    checked: m === c.figure,
                    run: () => onFigure(c.id, m),
                  })),
                ]}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

function Figure(props: { word: string | null; value: string | undefined; failed: boolean; loading: boolean }) {
  if (props.word === null)
    return (
      <span className="truncate opacity-0 group-focus-within/foot:opacity-100 group-hover/foot:opacity-100">
        Figure
      </span>
    );
  return (
    <>
      {props.word && <span className="shrink-0">{props.word}</span>}
      <span className={cn("truncate font-semibold text-fg tnum", props.loading && "opacity-60")}>
        {props.value ?? (props.failed ? "—" : "…")}
      </span>
    </>
  );
}
