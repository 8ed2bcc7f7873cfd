import { useInfiniteQuery } from "@tanstack/react-query";
import type { Routine, RoutineRun } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { ReadFailed } from "@/components/ui/states";
import { dateTime, plural } from "@/lib/format";
import { runsQuery } from "./queries";

const STATES = {
  done: { kind: "ok", label: "Told" },
  nothing: { kind: "outline", label: "Nothing to tell" },
  failed: { kind: "bad", label: "Failed" },
} as const;

/** Whom a routine told, and how it went; what it said is each person's own. */
export function Runs({ routine, onClose }: { routine: Routine; onClose: () => void }) {
  const query = useInfiniteQuery(runsQuery(routine.kind));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Overlay
      open
      shape="wide"
      onOpenChange={(open) => !open && onClose()}
      title={`Runs of “${routine.name}”`}
      description="Whom it told and how it went. What it said is each person’s own."
    >
      <ReadFailed query={query} />
      {query.isSuccess && runs.length === 0 && <p className="text-cell text-fg-3">It has not run yet.</p>}
      <ul className="text-cell">
        {runs.map((run) => (
          <One key={run.id} run={run} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage && "Reading"} onClick={() => void query.fetchNextPage()}>
          Older
        </Button>
      )}
    </Overlay>
  );
}

function One({ run }: { run: RoutineRun }) {
  const { kind, label } = STATES[run.status];
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-b border-line py-2 last:border-0">
      <span className="min-w-0 flex-1 basis-40 truncate font-medium text-fg">{run.user.name}</span>
      <Badge kind={kind}>{label}</Badge>
      <span className="text-meta text-fg-3 tnum">
        {dateTime(run.started_at)} · {run.found} found
        {run.proposals > 0 && ` · ${plural(run.proposals, "proposal")}`} · {run.ms} ms
        {run.rating != null && ` · rated ${run.rating} of 5`}
      </span>
      {run.reason && (
        <span className="basis-full text-bad-text">
          {run.reason} {run.attempts > 1 && `(tried ${run.attempts} times)`}
        </span>
      )}
      {run.comment && <span className="basis-full text-fg-2">“{run.comment}”</span>}
    </li>
  );
}
