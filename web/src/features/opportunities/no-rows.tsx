import { CircleDollarSign, SearchX } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { create } from "@/lib/frame";
import { withTree } from "@/components/crm/list/tree";
import { chipsOf, withChip, type ListSearch } from "@/components/crm/list/search";

/** An empty list: what will be here, or which filter to take away. */
export function NoRows({ search, onSearch }: { search: ListSearch; onSearch: (next: ListSearch) => void }) {
  const last = chipsOf(search).at(-1);
  const filtered = last !== undefined || search.q || search.filter;
  if (!filtered) {
    return (
      <Empty
        icon={CircleDollarSign}
        title="No opportunities yet"
        action={
          <Button variant="primary" onClick={() => create({ kind: "opportunity" })}>
            New opportunity
          </Button>
        }
      >
        Deals that you add or import appear here.
      </Empty>
    );
  }
  return (
    <Empty
      icon={SearchX}
      title="Nothing matches all of these"
      action={
        <Button
          onClick={() =>
            onSearch(
              search.q
                ? { ...search, q: undefined }
                : search.filter
                  ? withTree(search, null)
                  : withChip(search, last?.param ?? null, null),
            )
          }
        >
          {search.q ? `Forget “${search.q}”` : "Remove the last filter"}
        </Button>
      }
    >
      Each filter narrows the list; take one away to see more.
    </Empty>
  );
}
