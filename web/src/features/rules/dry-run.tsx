import type { RuleObject } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { RecordLink } from "@/components/crm/record-link";
import { useDryRun, type Run } from "./use-dry-run";

const count = (n: number) => n.toLocaleString("en");

function summary(run: Run): string {
  const of = `${count(run.failing)} of ${count(run.checked)} records`;
  const verb = run.failing === 1 ? "does" : "do";
  switch (run.state) {
    case "running":
      return `Checked ${count(run.checked)} so far…`;
    case "stopped":
      return `Stopped: ${of} ${verb} not meet the rule.`;
    case "failed":
      return `It went no further than ${count(run.checked)} records: ${run.error ?? ""}`;
    case "done":
      return run.failing === 0
        ? `All ${count(run.checked)} records meet the rule.`
        : `${of} ${verb} not meet the rule.`;
  }
}

/** The rule over everything that is there. Nothing is changed. */
export function DryRun({ object, expression, ready }: { object: RuleObject; expression: string; ready: boolean }) {
  const { run, start, stop } = useDryRun(object, expression);
  const running = run?.state === "running";
  return (
    <Card
      title="Dry run"
      aside={
        running ? (
          <Button size="card" type="button" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button size="card" type="button" disabled={!ready} onClick={() => void start()}>
            Run over all records
          </Button>
        )
      }
    >
      <div className="px-4 py-3 text-cell">
        <p role="status" className={run?.state === "failed" ? "text-bad-text" : "text-fg-2"}>
          {run ? summary(run) : "Finds the records that would not meet the rule. Nothing is changed."}
        </p>
        {run && run.records.length > 0 && (
          <ul aria-label="Records that do not meet the rule" className="mt-2 flex flex-col">
            {run.records.map((r) => (
              <li key={r.id} className="flex min-h-8 items-center gap-2 border-t border-line max-md:min-h-11">
                <RecordLink object={object} id={r.id} name={r.name} />
                {r.error && <span className="text-meta text-bad-text">{r.error}</span>}
              </li>
            ))}
          </ul>
        )}
        {run && run.failing > run.records.length && (
          <p className="mt-2 text-meta text-fg-3">The first {count(run.records.length)} are listed.</p>
        )}
      </div>
    </Card>
  );
}
