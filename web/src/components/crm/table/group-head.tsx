import { ChevronDown, ChevronRight } from "lucide-react";
import type { ListSpec } from "@/components/crm/list/spec";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { moneyRound, moneyShort, number, plural } from "@/lib/format";
import { useNear } from "@/lib/hooks";
import type { GroupLine, Line, MoreLine, RestLine } from "./lines";

interface Props {
  line: Exclude<Line<never>, { kind: "row" }>;
  spec: ListSpec;
  onGroup: (name: string) => void;
  onMore: (name: string) => void;
}

/** What is between the rows of a list in groups. */
export function GroupLineRow({ line, spec, onGroup, onMore }: Props) {
  return (
    <div role="row" className="flex h-10 border-b border-line bg-sunken">
      <div role="gridcell" className="sticky left-0 flex max-w-[100cqw] min-w-0 items-center">
        {line.kind === "group" && <Head line={line} spec={spec} onOpen={() => onGroup(line.group.key ?? "")} />}
        {line.kind === "more" && <More line={line} onMore={() => onMore(line.of)} />}
        {line.kind === "rest" && <Rest line={line} spec={spec} />}
      </div>
    </div>
  );
}

/** What it is, how many, and what they come to. It opens and closes. */
function Head({ line, spec, onOpen }: { line: GroupLine; spec: ListSpec; onOpen: () => void }) {
  const { group } = line;
  const Arrow = line.open ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      aria-expanded={line.open}
      onClick={onOpen}
      className="flex h-full min-w-0 items-center gap-2 px-5 text-cell hover:bg-muted focus-visible:-outline-offset-2"
    >
      <Arrow className="size-4 shrink-0 text-fg-3" aria-hidden />
      <span className="truncate font-semibold text-fg">{line.label}</span>
      <span className="shrink-0 text-meta text-fg-3 tnum" title={plural(group.count, ...spec.noun)}>
        {number(group.count)}
      </span>
      {group.sum && <span className="shrink-0 font-medium text-fg tnum">{moneyRound(group.sum)}</span>}
      {group.weighted && (
        <span className="shrink-0 text-meta text-fg-3 tnum max-md:hidden">{moneyShort(group.weighted)} weighted</span>
      )}
      {line.loading && <Spinner />}
    </button>
  );
}

/** Fetches more as it comes into sight, or is pressed. */
function More({ line, onMore }: { line: MoreLine; onMore: () => void }) {
  const near = useNear(onMore, !line.busy);
  return (
    <span ref={near} className="pl-10">
      <Button variant="quiet" size="row" busy={line.busy && "Loading more"} onClick={onMore}>
        Load more
      </Button>
    </span>
  );
}

function Rest({ line, spec }: { line: RestLine; spec: ListSpec }) {
  return (
    <p className="truncate px-5 text-meta text-fg-3">
      {plural(line.groups, "smaller group")} with {plural(line.count, ...spec.noun)} more
      {line.sum && `, ${moneyRound(line.sum)}`}. Filter the list to see them.
    </p>
  );
}
