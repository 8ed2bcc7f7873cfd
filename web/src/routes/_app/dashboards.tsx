import { createFileRoute, Link, Outlet } from "@tanstack/react-router";
import { TabRow, tabClass } from "@/components/ui/tabs";

export const Route = createFileRoute("/_app/dashboards")({
  staticData: { crumb: "Dashboards" },
  component: Page,
});

const BOARDS = [
  ["/dashboards", "Sales"],
  ["/dashboards/service-levels", "Service levels"],
] as const;

function Page() {
  return (
    <>
      <TabRow label="Dashboards" className="h-10 shrink-0 border-b border-line px-2 md:px-3">
        {BOARDS.map(([to, label]) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true, includeSearch: false }}
            className={tabClass(false)}
            activeProps={{ className: tabClass(true), "aria-current": "page" }}
          >
            {label}
          </Link>
        ))}
      </TabRow>
      <Outlet />
    </>
  );
}
