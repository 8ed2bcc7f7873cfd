import { Link } from "@tanstack/react-router";
import { KanbanSquare, Table2 } from "lucide-react";
import type { ListSearch } from "@/components/crm/list/search";

const half =
  "inline-flex h-full items-center gap-1.5 px-2.5 text-cell font-medium text-fg-2 first:border-r first:border-line-strong hover:bg-muted aria-[current=page]:bg-muted aria-[current=page]:text-fg";

/** The same as a list, or as a board. */
export function Layouts({ search, board }: { search: ListSearch; board: boolean }) {
  return (
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
  );
}
