import { Link } from "@tanstack/react-router";
import { KanbanSquare, Plus, Table2 } from "lucide-react";
import type { ReactNode } from "react";
import { useFields, useMay } from "@/api/shared";
import type { Totals } from "@/api/types";
import { Button } from "@/components/ui/button";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { create } from "@/lib/frame";
import { countWords } from "./list-footer";
import { isChanged, tabSearch, TABS, type ListSearch } from "./search";

const half =
  "inline-flex h-full items-center gap-1.5 px-2.5 text-cell font-medium text-fg-2 first:border-r first:border-line-strong hover:bg-muted aria-[current=page]:bg-muted aria-[current=page]:text-fg";

/** The tabs of views, list or board, and New. */
export function ViewBar(props: {
  search: ListSearch;
  board: boolean;
  totals?: Totals | undefined;
  children?: ReactNode;
}) {
  const { search, board } = props;
  const to = board ? "/opportunities/board" : "/opportunities";
  const may = useMay("opportunity", "create");
  const { hides } = useFields("opportunity");
  const readable = TABS.filter((t) => !("close_date" in t.search && hides("close_date")));
  const tabs = board ? readable.filter((t) => t.id !== "won" && t.id !== "all") : readable;
  return (
    <div className="flex h-11 shrink-0 items-center gap-3 border-b border-line pr-5 pl-3" data-print="hide">
      <TabRow label="Views" className="h-11 min-w-0 flex-1">
        {tabs.map((tab) => {
          const current = search.tab === tab.id;
          return (
            <Link
              key={tab.id}
              to={to}
              search={tabSearch(tab)}
              activeOptions={{ exact: true }}
              aria-current={current ? "page" : undefined}
              className={tabClass(current)}
            >
              {tab.label}
              {current && props.totals && (
                <span className="text-meta font-normal text-fg-3 tnum">{countWords(props.totals)}</span>
              )}
              {current && isChanged(search) && (
                <span title="Changed" className="size-1.5 rounded-full border border-fg-3" />
              )}
            </Link>
          );
        })}
      </TabRow>
      {props.children}
      <div
        role="group"
        aria-label="List or board"
        className="inline-flex h-[30px] shrink-0 overflow-hidden rounded-md border border-line-strong shadow-1"
      >
        <Link
          to="/opportunities"
          search={search}
          activeOptions={{ exact: true }}
          aria-current={board ? undefined : "page"}
          className={half}
        >
          <Table2 className="size-[15px] text-fg-3" aria-hidden /> <span className="max-lg:sr-only">List</span>
        </Link>
        <Link
          to="/opportunities/board"
          search={search}
          activeOptions={{ exact: true }}
          aria-current={board ? "page" : undefined}
          className={half}
        >
          <KanbanSquare className="size-[15px] text-fg-3" aria-hidden /> <span className="max-lg:sr-only">Board</span>
        </Link>
      </div>
      {may && (
        <Button variant="primary" className="max-md:hidden" onClick={() => create({ kind: "opportunity" })}>
          <Plus /> <span className="max-lg:sr-only">New opportunity</span>
        </Button>
      )}
    </div>
  );
}
