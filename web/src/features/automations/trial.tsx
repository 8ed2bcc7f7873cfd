import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { AutomationTried } from "@/api/types";
import { RecordLink } from "@/components/crm/record-link";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { dateTime, number, plural } from "@/lib/format";
import { NOUNS, type Definition } from "./model";

/** What it would have done. Nothing is changed. */
export function TrialCard(props: { definition: Definition; onProblem: (error: unknown) => void }) {
  const { definition: d } = props;
  const [days, setDays] = useState(30);
  const [found, setFound] = useState<AutomationTried | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      setFound((await post("/automations/trial", { body: { definition: d, days } })).data);
    } catch (problem) {
      setError(sentence(problem));
      props.onProblem(problem);
    }
    setBusy(false);
  };
  const scheduled = d.trigger.on === "schedule";
  return (
    <Card
      title="Dry run"
      aside={
        <span className="flex items-center gap-2">
          {!scheduled && (
            <Select
              aria-label="How far back"
              className="w-32"
              value={days}
              onChange={(e) => setDays(Number(e.target.value))}
            >
              {[7, 30, 90, 365].map((n) => (
                <option key={n} value={n}>
                  {n} days
                </option>
              ))}
            </Select>
          )}
          <Button size="card" busy={busy && "Looking"} onClick={() => void run()}>
            {scheduled ? "Try on what is there" : "Try on the past"}
          </Button>
        </span>
      }
    >
      <div className="flex flex-col gap-2 px-4 py-3 text-cell">
        <p role="status" className={error ? "text-bad-text" : "text-fg-2"}>
          {error ??
            (found
              ? headline(found, d)
              : "Says what it would have done, with each record as it was then. Nothing is changed.")}
        </p>
        {found && !error && <Details found={found} definition={d} />}
      </div>
    </Card>
  );
}

function headline(f: AutomationTried, d: Definition): string {
  const over = f.since ? `since ${dateTime(f.since)}` : "now";
  return `It would have run ${f.would_run === 1 ? "once" : `${number(f.would_run)} times`} ${over}, of ${plural(f.triggered, d.trigger.on === "event" ? "occasion" : NOUNS[d.object])}.`;
}

function Details({ found: f, definition: d }: { found: AutomationTried; definition: Definition }) {
  const lines = [
    f.unmet > 0 && `${number(f.unmet)} did not meet the condition`,
    f.left_alone > 0 && `${number(f.left_alone)} came too soon after another`,
    f.failed > 0 && `${number(f.failed)} could not be judged: ${f.problem ?? ""}`,
    f.cut && "there was more than can be looked at at once",
  ].filter((line): line is string => Boolean(line));
  const stormy = f.most_in_an_hour > (d.per_hour ?? 1000) && d.trigger.on === "event";
  return (
    <>
      {lines.length > 0 && <p className="text-fg-3">{lines.join("; ")}.</p>}
      {stormy && (
        <p className="text-warn-text">
          {number(f.most_in_an_hour)} runs fell within an hour: it would have been switched off.
        </p>
      )}
      {f.next.length > 0 && <p className="text-fg-3">It comes next {f.next.slice(0, 3).map(dateTime).join(", ")}.</p>}
      {f.runs.length > 0 && (
        <ul aria-label="Runs that would have been" className="border-t border-line">
          {f.runs.slice(0, 20).map((run, i) => (
            <li key={i} className="flex min-h-8 flex-wrap items-center gap-x-3 border-b border-line last:border-0">
              {d.object === "task" ? (
                <span>{run.record}</span>
              ) : (
                <RecordLink object={d.object} id={run.record_id} name={run.record} />
              )}
              <span className="ml-auto text-meta text-fg-3">{dateTime(run.at)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
