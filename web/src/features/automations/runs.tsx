import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { AutomationRun } from "@/api/types";
import { RecordLink } from "@/components/crm/record-link";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Card, ReadFailed } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { ago, dateTime } from "@/lib/format";
import { STEPS } from "./model";
import { runsQuery } from "./queries";

type Status = AutomationRun["status"];

const STATES: Record<Status, { label: string; kind: "ok" | "warn" | "bad" | "outline" }> = {
  queued: { label: "Waiting", kind: "outline" },
  done: { label: "Done", kind: "ok" },
  unmet: { label: "Not met", kind: "outline" },
  refused: { label: "Refused", kind: "warn" },
  failed: { label: "Failed", kind: "bad" },
  skipped: { label: "Skipped", kind: "outline" },
};
const STEP_WORDS: Record<string, string> = {
  done: "done",
  unchanged: "was so already",
  refused: "refused",
  sending: "on its way",
  failed: "not taken",
};

/** What automations did, and why they did not. */
export function Runs({ automationId }: { automationId?: string }) {
  const [status, setStatus] = useState<Status | undefined>(undefined);
  const query = useInfiniteQuery(runsQuery(automationId, status));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card
      title="Runs"
      aside={
        <Select
          aria-label="Which runs"
          className="w-32"
          value={status ?? ""}
          onChange={(e) => setStatus((e.target.value || undefined) as Status | undefined)}
        >
          <option value="">What was met</option>
          {Object.entries(STATES).map(([value, { label }]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      }
    >
      <ReadFailed query={query} />
      {query.isSuccess && runs.length === 0 && <p className="px-4 py-3 text-cell text-fg-3">Nothing here yet.</p>}
      <ul aria-label="Runs">
        {runs.map((run) => (
          <Row key={run.id} run={run} named={!automationId} />
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

function Row({ run: r, named }: { run: AutomationRun; named: boolean }) {
  const client = useQueryClient();
  const may = useMay("automation", "update");
  const [busy, setBusy] = useState(false);
  const retry = async () => {
    setBusy(true);
    try {
      await post("/automation-runs/{id}/retry", { path: { id: r.id }, body: undefined });
      told("It is tried again");
    } catch (error) {
      failed("Not tried again", sentence(error));
    }
    setBusy(false);
    await client.invalidateQueries({ queryKey: ["automations"] });
  };
  const state = STATES[r.status];
  return (
    <li className="border-b border-line px-4 py-2 text-cell last:border-0">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge kind={state.kind}>{state.label}</Badge>
        {named && <span className="font-medium text-fg">{r.automation.name}</span>}
        {r.record === null || r.record === undefined ? (
          <span className="text-fg-3">a record that you do not see</span>
        ) : r.object === "task" ? (
          <span>{r.record}</span>
        ) : (
          <RecordLink object={r.object} id={r.record_id} name={r.record} />
        )}
        <span className="ml-auto text-meta text-fg-3" title={dateTime(r.caused_at)}>
          {r.event ?? "schedule"} · {ago(r.caused_at)}
        </span>
      </div>
      {r.reason && <p className="text-fg-2">{r.reason}</p>}
      {r.steps.length > 0 && (
        <ol className="mt-0.5 flex flex-wrap gap-x-4 text-meta text-fg-3">
          {r.steps.map((step, i) => (
            <li key={i}>
              {i + 1}. {STEPS[step.do as keyof typeof STEPS]}: {STEP_WORDS[step.status]}
              {step.reason && step.reason !== r.reason ? ` (${step.reason})` : ""}
            </li>
          ))}
        </ol>
      )}
      {may && (r.status === "refused" || r.status === "failed") && (
        <Button size="row" className="mt-1" busy={busy && "Trying"} onClick={() => void retry()}>
          Try again
        </Button>
      )}
    </li>
  );
}
