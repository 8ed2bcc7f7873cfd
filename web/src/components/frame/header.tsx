import { Link, useMatches, useParams } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, Plus, Search, Sparkle } from "lucide-react";
import { Fragment } from "react";
import { useMe } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/badge";
import { Menu } from "@/components/ui/menu";
import { Tip } from "@/components/ui/tooltip";
import { assistant, raised, toggleAssistant, trail } from "@/lib/frame";
import { MOD } from "@/lib/keys";
import { loadable } from "@/lib/loadable";
import { useCreateActions } from "./create-actions";

const TrailSteps = loadable(() => import("./trail-steps").then((m) => m.TrailSteps));
const Bell = loadable(() => import("./bell").then((m) => m.Bell));

function crumbOf(match: { staticData: { crumb?: string }; loaderData?: unknown }): string | undefined {
  const data = match.loaderData;
  if (typeof data === "object" && data !== null && "crumb" in data && typeof data.crumb === "string") return data.crumb;
  return match.staticData.crumb;
}

function Breadcrumbs() {
  const crumbs = useMatches({
    select: (matches) =>
      matches.flatMap((m) => {
        const crumb = crumbOf(m);
        return crumb ? [{ id: m.id, path: m.pathname, crumb }] : [];
      }),
    structuralSharing: true as never,
  });
  const { id } = useParams({ strict: false });
  const parent = id ? crumbs.at(-2) : undefined;
  return (
    <nav aria-label="Breadcrumbs" className="flex min-w-0 items-center gap-1.5 text-cell">
      {parent && (
        <Link
          to={parent.path}
          aria-label={`Back to ${parent.crumb}`}
          className="-ml-3 grid size-11 shrink-0 place-items-center md:hidden"
        >
          <ChevronLeft className="size-5" aria-hidden />
        </Link>
      )}
      {crumbs.map((c, i) => (
        <Fragment key={c.id}>
          {i > 0 && <ChevronRight className="size-3.5 shrink-0 text-fg-3 max-md:hidden" aria-hidden />}
          {i === crumbs.length - 1 && <FromView />}
          {i === crumbs.length - 1 ? (
            <span aria-current="page" className="truncate font-medium text-fg max-md:text-dialog">
              {c.crumb}
            </span>
          ) : (
            <Link to={c.path} className="truncate text-fg-3 hover:text-fg max-md:hidden">
              {c.crumb}
            </Link>
          )}
        </Fragment>
      ))}
      <TrailSteps />
    </nav>
  );
}

/** The view that this record was opened from. */
function FromView() {
  const { id } = useParams({ strict: false });
  const from = trail.use();
  if (!id || !from?.ids.includes(id)) return null;
  return (
    <>
      <Link to={from.path} search={from.search} className="shrink-0 text-fg-3 hover:text-fg max-md:hidden">
        {from.label}
      </Link>
      <ChevronRight className="size-3.5 shrink-0 text-fg-3 max-md:hidden" aria-hidden />
    </>
  );
}

export function Header() {
  const { open } = assistant.use();
  const creates = useCreateActions();
  // What the assistant was told is private to who told it.
  const viewing = Boolean(useMe().viewer);
  return (
    <header
      data-print="hide"
      className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line px-4 md:h-12 md:px-5"
    >
      <div className="min-w-0 flex-1">
        <Breadcrumbs />
      </div>
      <button
        type="button"
        onClick={() => raised.set("palette")}
        className="hidden h-[30px] w-[248px] items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-left text-cell text-fg-3 shadow-1 hover:border-line-control md:flex"
      >
        <Search className="size-3.5" aria-hidden />
        <span className="flex-1">Search or ask</span>
        <Kbd>{MOD} K</Kbd>
      </button>
      <Button
        variant="quiet"
        size="icon"
        aria-label="Search or ask"
        className="size-11 md:hidden"
        onClick={() => raised.set("palette")}
      >
        <Search className="size-5!" />
      </Button>
      {creates.length > 0 && (
        <Menu
          align="end"
          trigger={
            <Button variant="quiet" size="icon" aria-label="Create" className="size-11 md:hidden">
              <Plus className="size-5!" />
            </Button>
          }
          items={creates.map((c) => ({ label: c.label, icon: <c.icon />, run: c.run }))}
        />
      )}
      {!viewing && <Bell fallback={null} />}
      {!viewing && (
        <Tip label={<>Assistant {<Kbd>{MOD} J</Kbd>}</>}>
          <Button
            variant="quiet"
            size="icon"
            aria-label="Assistant"
            aria-pressed={open}
            className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text max-md:size-11"
            onClick={toggleAssistant}
          >
            <Sparkle strokeWidth={1.75} />
          </Button>
        </Tip>
      )}
    </header>
  );
}
