import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { TransitionAttempt } from "@/api/types";
import { RecordLink } from "@/components/crm/record-link";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Card, ReadFailed } from "@/components/ui/states";
import { ago, dateTime } from "@/lib/format";
import { logQuery } from "./queries";

const CODES: Record<string, string> = {
  transition_not_allowed: "no way",
  gate_not_cleared: "something was missing",
  stage_full: "the stage was full",
};

/** Every attempt to move deals of a pipeline, or one deal, passed or refused, and what it was judged by. */
export function Log({ of, id }: { of: "pipelines" | "opportunities"; id: string }) {
  const [refused, setRefused] = useState(false);
  const query = useInfiniteQuery(logQuery(of, id, refused));
  const attempts = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card
      title="Attempts"
      aside={
        of === "pipelines" && (
          <label className="flex items-center gap-2 text-cell text-fg-2">
            <Checkbox checked={refused} onCheckedChange={(on) => setRefused(on === true)} /> Refused only
          </label>
        )
      }
    >
      <ReadFailed query={query} />
      {query.isSuccess && attempts.length === 0 && (
        <p className="px-4 py-3 text-cell text-fg-3">
          {refused ? "Nothing has been refused." : "Nothing has been moved yet."}
        </p>
      )}
      <ul aria-label="Attempts">
        {attempts.map((a) => (
          <Attempt key={a.id} attempt={a} named={of === "pipelines"} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="border-t border-line px-2 py-1.5">
          <Button
            variant="quiet"
            busy={query.isFetchingNextPage && "Reading"}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </Card>
  );
}

function Attempt({ attempt: a, named }: { attempt: TransitionAttempt; named: boolean }) {
  const missing = a.missing as { message: string; field: string }[];
  return (
    <li className="border-b border-line px-4 py-2 text-cell last:border-0">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge kind={a.passed ? "ok" : "warn"}>{a.passed ? "Passed" : "Refused"}</Badge>
        {named && a.opportunity && <RecordLink object="opportunity" id={a.opportunity.id} name={a.opportunity.name} />}
        {named && !a.opportunity && <span className="text-fg-2">A new deal</span>}
        <span className="text-fg-2">{a.from_stage ? `${a.from_stage} → ${a.to_stage}` : `began in ${a.to_stage}`}</span>
        <span className="ml-auto text-meta text-fg-3" title={dateTime(a.at)}>
          {a.actor_name} · {a.path} · version {a.lifecycle_version} · {ago(a.at)}
        </span>
      </div>
      {a.code && (
        <p className="text-fg-3">
          {CODES[a.code] ?? a.code}
          {missing.length > 0 && `: ${missing.map((m) => `${m.message} (${m.field.split(".")[0] ?? ""})`).join("; ")}`}
        </p>
      )}
      {a.facts && (
        <details>
          <summary className="cursor-pointer text-meta text-fg-3">Judged by</summary>
          <pre className="scroll-thin overflow-x-auto text-code text-fg-2">{JSON.stringify(a.facts, null, 1)}</pre>
        </details>
      )}
    </li>
  );
}
