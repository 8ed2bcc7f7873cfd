/** Two attempts at one request, side by side. */
import type { ReactNode } from "react";
import type { RunAttempt, RunReplay } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { dateTime, number } from "@/lib/format";
import { price, time } from "./words";

const by = (attempt: RunAttempt): string =>
  attempt.planner === "model" ? (attempt.model ?? "a model") : attempt.planner ? "the grammar" : "nothing";

const differs = ({ same }: RunReplay): string[] =>
  [
    same.tools ? null : "other tools",
    same.arguments === false ? "other arguments" : null,
    same.answer === false ? "another answer" : null,
    same.proposals === false ? "other proposals" : null,
  ].filter((what) => what !== null);

export function Beside({ replay, open }: { replay: RunReplay; open: boolean }) {
  const { before, after } = replay;
  const different = differs(replay);
  const rows: [string, (attempt: RunAttempt) => ReactNode][] = [
    ["Planned by", by],
    ["Prompt", (a) => a.prompt_version ?? "none"],
    ["Steps", (a) => <Steps attempt={a} />],
    ["Answer", (a) => (a.answer === null || a.answer === undefined ? "not told" : a.answer || "nothing")],
    ["Would propose", (a) => <Proposals attempt={a} />],
    ["Sentences", (a) => `${number(a.sentences)}, ${number(a.unsupported)} without a source`],
    ["Tokens", (a) => `${number(a.tokens_in)} in, ${number(a.tokens_out)} out`],
    ["Cost", (a) => price(a.cost)],
    ["Took", (a) => time(a.ms)],
  ];
  return (
    <details open={open} className="border-t border-line px-4 py-2 text-cell">
      <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="text-fg">By {by(after)}</span>
        <span className="text-meta text-fg-3">{dateTime(replay.at)}</span>
        {different.length === 0 ? (
          <Badge kind="ok">The same</Badge>
        ) : (
          different.map((what) => (
            <Badge key={what} kind="warn">
              {what}
            </Badge>
          ))
        )}
      </summary>
      <div className="overflow-x-auto">
        <table className="mt-2 w-full min-w-[30rem] table-fixed">
          <thead>
            <tr className="text-left text-meta text-fg-3">
              <th className="w-28 py-1 font-medium">
                <span className="sr-only">What</span>
              </th>
              <th className="py-1 pr-3 font-medium">As it was</th>
              <th className="py-1 font-medium">Run again</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, show]) => (
              <tr key={label} className="border-t border-line align-top">
                <th scope="row" className="py-1.5 pr-3 text-left text-meta font-normal text-fg-3">
                  {label}
                </th>
                {[before, after].map((attempt, n) => (
                  <td key={n} className="py-1.5 pr-3 break-words whitespace-pre-wrap text-fg-2 tnum">
                    {show(attempt)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Steps({ attempt }: { attempt: RunAttempt }) {
  if (attempt.steps.length === 0) return "none";
  return (
    <ol className="flex flex-col gap-1">
      {attempt.steps.map((step, n) => (
        <li key={n}>
          {step.title}
          {step.failed && <span className="text-bad-text"> failed</span>}
          {step.summary && <span className="block text-meta text-fg-3">{step.summary}</span>}
        </li>
      ))}
    </ol>
  );
}

function Proposals({ attempt }: { attempt: RunAttempt }) {
  if (attempt.proposals.length === 0) return "nothing";
  return (
    <ul className="flex flex-col gap-1">
      {attempt.proposals.map((proposal, n) => (
        <li key={n}>
          {proposal.target}
          <span className="block text-meta text-fg-3">
            {proposal.diff.map((change) => `${change.label}: ${change.new_label ?? String(change.new)}`).join(", ")}
          </span>
        </li>
      ))}
    </ul>
  );
}
