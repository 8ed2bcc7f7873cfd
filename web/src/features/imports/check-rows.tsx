import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { Import, ImportCheck, ImportRow } from "@/api/types";
import { Button } from "@/components/ui/button";
import { SkeletonRows } from "@/components/ui/states";
import { tabClass } from "@/components/ui/tabs";
import { cn } from "@/lib/cn";
import { number } from "@/lib/format";
import { DuplicateChoice } from "./duplicate-choice";
import { fieldsQuery, rowsQuery } from "./queries";

const WHAT: Record<string, string> = { create: "New", update: "Update", skip: "Left out" };

/** The rows as they are in the file, with the cell at fault marked and the problem in words at the end. */
export function CheckRows({ item, check }: { item: Import; check: ImportCheck }) {
  const fields = useSuspenseQuery(fieldsQuery(item.object)).data;
  const [state, setState] = useState(check.errors > 0 ? "error" : check.undecided > 0 ? "undecided" : "all");
  const query = useInfiniteQuery(
    rowsQuery(item.id, state, JSON.stringify([check.ready, check.errors, check.undecided, check.skips])),
  );
  const mapped = item.mapping.filter((m) => Boolean(m.field)).slice(0, 8);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const tabs: [string, string, number][] = [
    ["all", "All rows", item.rows],
    ["error", "Blocked", check.errors],
    ["undecided", "Undecided", check.undecided],
    ["create", "New", check.creates],
    ["update", "Updates", check.updates],
    ["skip", "Left out", check.skips],
    ["similar", "Probably there", check.similar ?? 0],
  ];
  return (
    <section aria-label="Rows" className="mt-3 min-w-0">
      <div
        role="group"
        aria-label="Which rows"
        className="flex h-10 scroll-thin gap-1 overflow-x-auto border-b border-line px-2 md:px-3"
      >
        {tabs.map(([id, label, n]) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === state}
            onClick={() => setState(id)}
            className={tabClass(id === state)}
          >
            {label} <span className="text-meta font-normal text-fg-3 tnum">{number(n)}</span>
          </button>
        ))}
      </div>
      {query.isPending ? (
        <SkeletonRows rows={6} />
      ) : (
        <div className="scroll-thin overflow-x-auto">
          <table className="w-full text-cell">
            <thead>
              <tr className="h-8 border-b border-line text-left text-meta whitespace-nowrap text-fg-3">
                <th className="pr-2 pl-4 text-right font-medium md:pl-5">Row</th>
                {mapped.map((m) => (
                  <th key={m.column} className="px-2 font-medium">
                    {fields.find((f) => f.field === m.field)?.label ?? m.field}
                  </th>
                ))}
                <th className="sticky right-0 bg-bg px-2 font-medium md:pr-5">Problem</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.row} item={item} row={row} mapped={mapped} />
              ))}
            </tbody>
          </table>
          {rows.length === 0 && <p className="px-5 py-6 text-cell text-fg-3">No rows of this kind.</p>}
          {query.hasNextPage && (
            <Button
              className="m-4"
              busy={query.isFetchingNextPage && "Loading"}
              onClick={() => void query.fetchNextPage()}
            >
              Show more rows
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function Row({ item, row, mapped }: { item: Import; row: ImportRow; mapped: Import["mapping"] }) {
  const blocked = row.state === "error";
  const problems = row.problems.map((p) => p.message).join(" · ");
  return (
    <tr className="h-9 border-b border-line whitespace-nowrap">
      <td className="pr-2 pl-4 text-right text-fg-3 tnum md:pl-5">{number(row.row)}</td>
      {mapped.map((m) => {
        const problem = row.problems.find((p) => p.field === m.field);
        const text = row.cells[m.column] ?? "";
        return (
          <td key={m.column} className="px-2">
            <span
              className={cn(
                "block max-w-44 truncate",
                problem && "-mx-1.5 rounded-sm border px-1.5 py-0.5",
                problem &&
                  (blocked ? "border-bad bg-bad-soft text-bad-text" : "border-warn bg-warn-soft text-warn-text"),
              )}
              title={text}
            >
              {text || (problem ? "empty" : "")}
            </span>
          </td>
        );
      })}
      <td className="sticky right-0 bg-bg px-2 md:pr-5">
        {row.problems.length === 0 ? (
          <span className="text-fg-3">{WHAT[row.state]}</span>
        ) : row.duplicates.length > 0 && !blocked ? (
          <span className="flex items-center gap-2">
            <DuplicateChoice item={item} row={row} />
            <span className="max-w-64 truncate text-fg-3 max-md:sr-only" title={problems}>
              {problems}
            </span>
          </span>
        ) : (
          <span
            className={cn(
              "flex max-w-64 items-center gap-1 max-md:max-w-40",
              blocked ? "text-bad-text" : row.state === "undecided" ? "text-warn-text" : "text-fg-3",
            )}
          >
            {blocked ? (
              <CircleAlert className="size-3.5 shrink-0" aria-hidden />
            ) : (
              <TriangleAlert className="size-3.5 shrink-0" aria-hidden />
            )}
            <span className="truncate" title={problems}>
              {problems}
            </span>
          </span>
        )}
      </td>
    </tr>
  );
}
