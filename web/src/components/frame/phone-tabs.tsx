import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { useCounts } from "./counts";
import { useNav } from "./nav";
import { PersonMenuView } from "./person-menu";

const cell = "flex flex-1 flex-col items-center justify-center gap-1 text-micro text-fg-3";

export function PhoneTabs() {
  const path = useLocation({ select: (at) => at.pathname });
  const counts = useCounts();
  const navigate = useNavigate();
  const nav = useNav();
  const tabs = nav.filter((n) => ["/", "/opportunities", "/tasks", "/approvals"].includes(n.to));
  const rest = nav.filter((n) => !tabs.includes(n));
  return (
    <nav
      aria-label="Main"
      data-print="hide"
      className="flex h-16 shrink-0 border-t border-line bg-bg pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {tabs.map((entry) => {
        const current = entry.to === "/" ? path === "/" : path.startsWith(entry.to);
        const count = entry.count ? counts[entry.count] : "";
        return (
          <Link
            key={entry.to}
            to={entry.to}
            activeOptions={{ exact: true }}
            aria-current={current ? "page" : undefined}
            className={cn(cell, current && "font-medium text-accent-text")}
          >
            <span className="relative">
              <entry.icon className="size-[22px]" strokeWidth={1.75} aria-hidden />
              {count && (
                <span className="absolute -top-1.5 left-3.5 min-w-4 rounded-full bg-agent px-1 text-center text-[10px] leading-4 font-semibold text-on-agent tnum">
                  {count}
                </span>
              )}
            </span>
            {entry.to === "/opportunities" ? "Deals" : entry.label}
          </Link>
        );
      })}
      <Menu
        view={PersonMenuView}
        align="end"
        side="top"
        trigger={
          <button type="button" className={cell}>
            <MenuIcon className="size-[22px]" strokeWidth={1.75} aria-hidden />
            More
          </button>
        }
        items={[
          ...rest.map((entry) => ({
            label: entry.label,
            icon: <entry.icon />,
            ...(entry.count && counts[entry.count] ? { hint: counts[entry.count] } : {}),
            run: () => void navigate({ to: entry.to }),
          })),
          "line",
        ]}
      />
    </nav>
  );
}
