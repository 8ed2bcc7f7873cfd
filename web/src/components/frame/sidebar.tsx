import { Link, useLocation } from "@tanstack/react-router";
import { CircleHelp, PanelLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/badge";
import { ProductMark } from "@/components/ui/marks";
import { Tip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import { raised } from "@/lib/frame";
import { useCounts } from "./counts";
import { useNav, type NavItem } from "./nav";
import { PersonMenu } from "./person-menu";

const item = (current: boolean) =>
  cn(
    "flex h-[30px] w-full items-center gap-2 rounded-md px-2 text-cell font-medium text-fg-2 hover:bg-muted hover:text-fg focus-visible:-outline-offset-2",
    current && "bg-active text-fg hover:bg-active",
  );

function NavLink({ entry, folded, count }: { entry: NavItem; folded: boolean; count: string }) {
  const path = useLocation({ select: (at) => at.pathname });
  const current = entry.to === "/" ? path === "/" : path === entry.to || path.startsWith(`${entry.to}/`);
  const link = (
    <Link
      to={entry.to}
      activeOptions={{ exact: true }}
      aria-current={current ? "page" : undefined}
      aria-label={entry.label}
      className={item(current)}
    >
      <entry.icon className="size-4 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
      {!folded && <span className="flex-1 truncate">{entry.label}</span>}
      {!folded && count && (
        <span className={cn("text-meta text-fg-3 tnum", entry.count !== "tasks" && "font-semibold text-fg")}>
          {count}
        </span>
      )}
    </Link>
  );
  return folded ? (
    <Tip label={entry.label} side="right">
      {link}
    </Tip>
  ) : (
    link
  );
}

export function Sidebar({ folded, onFold }: { folded: boolean; onFold: () => void }) {
  const counts = useCounts();
  const nav = useNav();
  const fold: ReactNode = (
    <Button
      variant="quiet"
      size="icon"
      aria-label={folded ? "Open the sidebar" : "Fold the sidebar"}
      aria-expanded={!folded}
      onClick={onFold}
      className="text-fg-3"
    >
      <PanelLeft strokeWidth={1.75} />
    </Button>
  );
  return (
    <aside
      data-print="hide"
      className={cn(
        "hidden h-dvh shrink-0 flex-col border-r border-line bg-sunken px-2 md:flex",
        folded ? "w-12" : "w-[216px]",
      )}
    >
      <div className={cn("flex h-12 items-center gap-2", folded ? "justify-center" : "pl-2")}>
        {folded ? (
          fold
        ) : (
          <>
            <ProductMark className="size-[22px]" />
            <span className="flex-1 text-section text-fg">Dealwright</span>
            {fold}
          </>
        )}
      </div>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0 overflow-y-auto">
        {nav
          .filter((entry) => !entry.aside)
          .map((entry) => (
            <NavLink key={entry.to} entry={entry} folded={folded} count={entry.count ? counts[entry.count] : ""} />
          ))}
      </nav>
      <div className="flex flex-col gap-1 pb-3">
        <button
          type="button"
          className={item(false)}
          onClick={() => raised.set("help")}
          aria-label="Help and shortcuts"
        >
          <CircleHelp className="size-4 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
          {!folded && <span className="flex-1 text-left">Help and shortcuts</span>}
          {!folded && <Kbd>?</Kbd>}
        </button>
        <PersonMenu folded={folded} />
      </div>
    </aside>
  );
}
