import { Rows3 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { useGroupFields } from "./group-by";
import type { ListSearch } from "./search";
import type { ListSpec } from "./spec";

/** By what the list is put in groups. */
export function GroupMenu({
  spec,
  search,
  onSearch,
}: {
  spec: ListSpec;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
}) {
  const fields = useGroupFields(spec);
  const current = fields.find((f) => f.field === search.group);
  const choose = (group: string | undefined) => {
    const { group: _, ...rest } = search;
    onSearch(group ? { ...rest, group } : rest);
  };
  return (
    <Menu
      align="end"
      className="max-h-96 overflow-y-auto"
      trigger={
        <Button className="h-[34px]" aria-label={current ? `Grouped by ${current.label}` : "Group"}>
          <Rows3 /> <span className="max-lg:sr-only">{current ? current.label : "Group"}</span>
        </Button>
      }
      items={[
        { label: "No groups", checked: !search.group, run: () => choose(undefined) },
        "line",
        ...fields.map((f) => ({ label: f.label, checked: f.field === search.group, run: () => choose(f.field) })),
      ]}
    />
  );
}
