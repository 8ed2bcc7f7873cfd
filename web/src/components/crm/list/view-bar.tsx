import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronDown, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useFields } from "@/api/shared";
import type { SavedView } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { loadable } from "@/lib/loadable";
import { isChanged, tabSearch, type ListSearch } from "./search";
import type { ListSpec } from "./spec";
import type { ChosenColumn, ChosenColumns } from "./use-columns";
import { baseOf, searchOf, useViews } from "./view-query";

const ViewActions = loadable(() => import("./view-actions").then((m) => m.ViewActions));
const ExportMenu = loadable(() => import("./export-menu").then((m) => m.ExportMenu));
/** The place of a button that is still on its way. */
const LATER = <span className="size-8 shrink-0" />;

export type ListPath = ListSpec["path"] | "/opportunities/board";

export interface ViewBarProps {
  spec: ListSpec;
  search: ListSearch;
  path: ListPath;
  /** How many there are, in words. */
  count?: string | null | undefined;
  /** The columns of a list are saved and exported, the fields of a board's cards are saved. */
  columns?: { chosen: ChosenColumns; shown: (ChosenColumn & { field?: string })[] };
  /** Tabs that this place has not. */
  without?: string[];
  onCreate: (() => void) | null;
  children?: ReactNode;
}

const Dot = () => <span title="Changed" className="size-1.5 rounded-full border border-fg-3" />;

/** The tabs, the saved views, what can be done with them, and New. */
export function ViewBar(props: ViewBarProps) {
  const { spec, search, path, count } = props;
  const views = useViews(spec.object);
  const { hides } = useFields(spec.object);
  const current = views.find((v) => v.id === search.view);
  const changed = isChanged(search, baseOf(search, views, spec.tabs)) || props.columns?.chosen.changed === true;
  const tabs = spec.tabs.filter(
    (t) => !props.without?.includes(t.id) && !("close_date" in t.search && hides("close_date")),
  );
  const shown = views.filter((v) => v.pinned || v.id === current?.id);
  const inside = (on: boolean) => (
    <>
      {on && count && <span className="text-meta font-normal text-fg-3 tnum">{count}</span>}
      {on && changed && <Dot />}
    </>
  );
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line pr-5 pl-3" data-print="hide">
      <TabRow label="Views" className="h-11 min-w-0 flex-1">
        {tabs.map((tab) => {
          const on = !current && search.tab === tab.id;
          return (
            <Link
              key={tab.id}
              to={path}
              search={tabSearch(tab)}
              activeOptions={{ exact: true }}
              aria-current={on ? "page" : undefined}
              className={tabClass(on)}
            >
              {tab.label}
              {inside(on)}
            </Link>
          );
        })}
        {shown.map((view) => (
          <Link
            key={view.id}
            to={pathOf(view, spec)}
            search={searchOf(view)}
            activeOptions={{ exact: true }}
            aria-current={view.id === current?.id ? "page" : undefined}
            className={tabClass(view.id === current?.id)}
          >
            <span className="max-w-48 truncate">{view.name}</span>
            {inside(view.id === current?.id)}
          </Link>
        ))}
      </TabRow>
      {views.length > 0 && <ViewPick spec={spec} views={views} current={current} />}
      <ViewActions {...props} view={current} changed={changed} fallback={LATER} />
      {props.columns && path !== "/opportunities/board" && (
        <ExportMenu spec={spec} search={search} columns={props.columns.shown} fallback={LATER} />
      )}
      {props.children}
      {props.onCreate && (
        <Button variant="primary" className="max-md:hidden" onClick={props.onCreate}>
          <Plus /> <span className="max-lg:sr-only">New {spec.noun[0]}</span>
        </Button>
      )}
    </div>
  );
}

const pathOf = (view: SavedView, spec: ListSpec): ListPath =>
  view.layout === "board" ? "/opportunities/board" : spec.path;

const GROUPS: { visibility: SavedView["visibility"]; heading: string }[] = [
  { visibility: "private", heading: "Yours" },
  { visibility: "team", heading: "Your team’s" },
  { visibility: "organisation", heading: "Everyone’s" },
];

/** All views that are for this person. */
function ViewPick({ spec, views, current }: { spec: ListSpec; views: SavedView[]; current: SavedView | undefined }) {
  const navigate = useNavigate();
  const items = GROUPS.flatMap(({ visibility, heading }): MenuEntry[] => {
    const own = views.filter((v) => v.visibility === visibility);
    if (own.length === 0) return [];
    return [
      { heading },
      ...own.map((view): MenuEntry => {
        const hint = view.default ? "begins with" : view.pinned ? "pinned" : "";
        return {
          label: view.name,
          checked: view.id === current?.id,
          ...(hint ? { hint } : {}),
          run: () => void navigate({ to: pathOf(view, spec), search: searchOf(view) }),
        };
      }),
    ];
  });
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="quiet" size="row" className="shrink-0">
          Views <ChevronDown />
        </Button>
      }
      items={items}
    />
  );
}
