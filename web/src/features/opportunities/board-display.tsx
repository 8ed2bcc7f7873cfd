import { useNavigate } from "@tanstack/react-router";
import { useFields } from "@/api/shared";
import type { ListSearch } from "@/components/crm/list/search";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { useAxes } from "./board-axes";
import { DisplayButton } from "./display-button";
import { BOARD_SORTS } from "./queries";

const SORTS: Record<(typeof BOARD_SORTS)[number], [string, string]> = {
  "-amount": ["Amount, biggest first", "amount"],
  close_date: ["Close date, soonest first", "close_date"],
  stage_entered_at: ["Longest in stage first", "stage_entered_at"],
  "-created_at": ["Newest first", "created_at"],
  "-position": ["By hand", "position"],
};

/** What the board's columns and rows are, and how its cards are sorted. */
export function BoardDisplay({ search, sort }: { search: ListSearch; sort: string }) {
  const navigate = useNavigate();
  const { columns, rows } = useAxes();
  const { hides } = useFields("opportunity");
  const by = search.by ?? "stage";
  const go = (more: ListSearch) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...more }).filter(([, value]) => value));
    void navigate({ to: "/opportunities/board", search: next, replace: true });
  };
  const items: MenuEntry[] = [
    { heading: "Columns by" },
    ...columns
      .filter((f) => f.field !== search.lanes)
      .map((f) => ({
        label: f.label,
        checked: f.field === by,
        run: () => go({ by: f.field === "stage" ? undefined : f.field }),
      })),
    "line",
    { heading: "Rows by" },
    { label: "No rows", checked: !search.lanes, run: () => go({ lanes: undefined }) },
    ...rows
      .filter((f) => f.field !== by)
      .map((f) => ({ label: f.label, checked: f.field === search.lanes, run: () => go({ lanes: f.field }) })),
    "line",
    { heading: "Cards sorted by" },
    ...BOARD_SORTS.filter((key) => !hides(SORTS[key][1])).map((key) => ({
      label: SORTS[key][0],
      checked: key === sort,
      run: () => go({ sort: key }),
    })),
  ];
  return <Menu align="end" trigger={<DisplayButton />} items={items} />;
}
