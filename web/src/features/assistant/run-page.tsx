/** One run: what was asked, what was done for it step by step, what came of it, and what it took. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, MessageSquare, Undo2 } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import type { Run } from "@/api/types";
import { SourceLink } from "@/components/crm/evidence";
import { ProposalCard } from "@/components/crm/proposal-card";
import { undoable, useMany } from "@/components/crm/proposal-many";
import { ProposalOutcomes } from "@/components/crm/proposal-outcomes";
import { ReplayCard } from "@/components/crm/trace/replay";
import { TraceCard } from "@/components/crm/trace/waterfall";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { dateTime, number, plural } from "@/lib/format";
import { openConversation } from "@/lib/frame";
import { Feedback } from "./feedback";
import { runQuery } from "./run-query";
import { Answered } from "./run-view";
import { finished, told } from "./stream";
import { Timeline } from "./timeline";
import { changed, cost, leftOut, planner, seconds, STATUS, tokens, verdict, verdicts, type LeftOut } from "./words";

export function RunPage({ id }: { id: string }) {
  const run = useSuspenseQuery(runQuery(id)).data;
  const live = useMemo(() => told(run), [run]);
  const status = STATUS[run.status];
  const over = finished(run.status);
  return (
    <div className="flex w-full max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title break-words text-fg">{run.goal}</h1>
          <p className="flex flex-wrap items-center gap-x-1.5 text-cell text-fg-3">
            <time dateTime={run.created_at}>asked {dateTime(run.created_at)}</time>
            {run.context && (
              <>
                on
                <SourceLink source={run.context}>
                  {run.context.type === "opportunity"
                    ? "a deal"
                    : run.context.type === "account"
                      ? "an account"
                      : `a ${run.context.type}`}
                </SourceLink>
              </>
            )}
          </p>
        </div>
        <Badge kind={status.kind}>{status.label}</Badge>
        <Button onClick={() => openConversation(run.conversation_id)}>
          <MessageSquare /> Go on with it
        </Button>
      </header>
      <Facts run={run} />
      {over && run.status !== "cancelled" && (
        <Card title="Answer">
          <div className="flex flex-col gap-3 px-4 py-3">
            <Answered run={live} />
          </div>
        </Card>
      )}
      {run.status === "cancelled" && <p className="text-cell text-fg-2">Stopped. {changed(run)}</p>}
      {run.proposals.length > 0 && <Changes run={run} />}
      <Card title="Steps" aside={<span className="text-meta text-fg-3">{plural(run.steps.length, "step")}</span>}>
        <Timeline run={run} />
      </Card>
      <Review run={run} />
      <TraceCard id={id} over={over} />
      {over && <ReplayCard id={id} />}
      {over && run.status !== "cancelled" && (
        <Card title="Was it of use?">
          <div className="flex flex-wrap items-center gap-1 px-4 py-3">
            <Feedback key={run.feedback ? "given" : "open"} run={run} />
          </div>
        </Card>
      )}
    </div>
  );
}

function Facts({ run }: { run: Run }) {
  const { usage } = run;
  const facts: [string, ReactNode, string?][] = [
    ["Planned by", planner(run)],
    ["Took", seconds(usage.ms) || (finished(run.status) ? "not known" : "still at it")],
    ["First word", seconds(usage.first_token_ms) || "no model wrote"],
    ["Tokens", tokens(usage)],
    ["Cost", cost(usage.cost), usage.cost ? "in the currency of the price table" : undefined],
    ["Finished", run.finished_at ? dateTime(run.finished_at) : "not yet"],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 rounded-xl border border-line-strong bg-surface px-4 py-3 md:grid-cols-3">
      {facts.map(([label, value, note]) => (
        <div key={label} className="min-w-0">
          <dt className="text-meta text-fg-3">{label}</dt>
          <dd className="text-cell break-words text-fg tnum" title={note}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What it proposed, as it stands now; what was approved of it can be undone as a whole, the latest first. */
function Changes({ run }: { run: Run }) {
  const many = useMany();
  const back = undoable(run.proposals);
  return (
    <Card
      title={run.proposals.length === 1 ? "Proposal" : "Proposals"}
      aside={
        back.length > 0 && (
          <Button
            size="card"
            disabled={many.work !== null && !many.work.over}
            onClick={() => void many.run("undo", back)}
          >
            <Undo2 /> Undo {back.length > 1 ? `all ${number(back.length)}` : "what was approved"}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        {many.work && <ProposalOutcomes work={many.work} onStop={many.stop} onClose={many.forget} />}
        {run.proposals.map((p) => (
          <div key={p.id} className="flex flex-col gap-1">
            {p.status !== "pending" && (
              <p className="text-cell text-fg">
                {p.target.name} <span className="text-fg-3">{p.diff.map((c) => c.label).join(", ")}</span>
              </p>
            )}
            <ProposalCard proposal={p} />
          </div>
        ))}
      </div>
    </Card>
  );
}

function Review({ run }: { run: Run }) {
  const said = verdict(run);
  if (!said) return null;
  const out = leftOut(run.steps);
  const all = verdicts(run.steps);
  return (
    <Card title="Review">
      <div className="flex flex-col gap-2 px-4 py-3 text-cell text-fg-2">
        <p>{said}</p>
        {all.length > 0 && <Verdicts all={all} />}
        {all.length === 0 && out.length > 0 && (
          <ul className="flex flex-col gap-1.5">
            {out.map(({ sentence, unknown }) => (
              <li key={sentence}>
                <del className="text-fg-3">{sentence}</del>
                {unknown.length > 0 && (
                  <span className="block text-meta text-fg-3">No source for {unknown.join(", ")}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

/** Each sentence with what the review made of it. */
function Verdicts({ all }: { all: LeftOut[] }) {
  return (
    <details>
      <summary className="cursor-pointer text-meta text-fg-3">{plural(all.length, "sentence")}, one by one</summary>
      <ul className="flex flex-col gap-1.5 pt-1.5">
        {all.map(({ sentence, unknown }, n) => (
          <li key={n} className="flex gap-2">
            {unknown.length === 0 ? (
              <CircleCheck className="mt-0.5 size-3.5 shrink-0 text-ok" aria-label="supported" />
            ) : (
              <CircleX className="mt-0.5 size-3.5 shrink-0 text-bad" aria-label="without a source" />
            )}
            <span className="min-w-0 break-words">
              {unknown.length === 0 ? sentence : <del className="text-fg-3">{sentence}</del>}
              {unknown.length > 0 && (
                <span className="block text-meta text-fg-3">No source for {unknown.join(", ")}</span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
