import { Link } from "@tanstack/react-router";
import { Check, CircleAlert, Copy, RotateCcw } from "lucide-react";
import { useMemo } from "react";
import { ProposalCard } from "@/components/crm/proposal-card";
import { Button } from "@/components/ui/button";
import { Badge } from "@/components/ui/badge";
import { useCopy } from "@/components/ui/use-copy";
import { plural } from "@/lib/format";
import { AnswerText } from "./answer";
import { Feedback } from "./feedback";
import { LetterCard } from "./letter-card";
import { Plan } from "./plan";
import { blocks, isTold } from "./result-blocks";
import { Results } from "./results";
import { finished, type LiveRun } from "./stream";
import { changed } from "./words";

export function RunView({
  run,
  onAnswer,
  onRetry,
  onAgain,
}: {
  run: LiveRun;
  onAnswer: (text: string) => void;
  onRetry: () => void;
  /** Asks the same once more; not while something else is being worked on. */
  onAgain: (() => void) | null;
}) {
  const over = finished(run.status);
  return (
    <section className="flex flex-col gap-3" aria-label={run.goal}>
      <p className="ml-auto max-w-[85%] rounded-xl rounded-br-xs bg-muted px-3 py-2 text-cell break-words whitespace-pre-wrap text-fg">
        {run.goal}
      </p>
      <Plan run={run} over={over} />
      <Answered run={run} />
      {run.proposals.map((p) => (
        <ProposalCard key={p.id} proposal={p} />
      ))}
      {run.question && run.status !== "cancelled" && (
        <Ask question={run.question} repeat={run.text !== run.question.text} onAnswer={onAnswer} />
      )}
      {run.status === "cancelled" && <p className="text-meta text-fg-3">Stopped. {changed(run)}</p>}
      {run.lost && !over && (
        <p className="flex items-center gap-2 text-meta text-fg-3">
          The connection was lost; the work goes on.{" "}
          <Button size="row" onClick={onRetry}>
            Reconnect
          </Button>
        </p>
      )}
      {over && <Foot run={run} onAgain={onAgain} />}
    </section>
  );
}

/** What came of a run: the words with their sources, what was found, letters, or what stopped it. */
export function Answered({ run }: { run: LiveRun }) {
  const over = finished(run.status);
  const found = useMemo(() => blocks(run.steps), [run.steps]);
  return (
    <>
      {(run.answer?.without_model === true || (over && run.planner === "deterministic")) && (
        <Badge kind="outline" className="self-start">
          Answered without a model
        </Badge>
      )}
      {run.text && (
        <>
          <AnswerText
            text={run.text}
            citations={run.answer?.citations ?? []}
            streaming={!over && !run.answer}
            told={(line) => isTold(line, found)}
          />
          <Results all={found} citations={run.answer?.citations ?? []} />
        </>
      )}
      {run.status === "done" && !run.text && run.proposals.length === 0 && (
        <p className="text-cell text-fg-2">Nothing was found that answers this.</p>
      )}
      {run.answer && run.answer.left_out > 0 && (
        <p className="text-meta text-fg-3">
          {plural(run.answer.left_out, "sentence")} without a source {run.answer.left_out === 1 ? "was" : "were"} left
          out.
        </p>
      )}
      {(run.answer?.drafts ?? []).map((letter, n) => (
        <LetterCard key={letter.subject} letter={letter} of={{ run: run.id, n }} />
      ))}
      {run.status === "failed" && (
        <p role="alert" className="flex items-start gap-1.5 rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text">
          <CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />{" "}
          {run.error?.detail ?? "This could not be finished."} {changed(run)}
        </p>
      )}
    </>
  );
}

function Ask({
  question,
  repeat,
  onAnswer,
}: {
  question: NonNullable<LiveRun["question"]>;
  repeat: boolean;
  onAnswer: (text: string) => void;
}) {
  return (
    <div className="flex flex-col gap-2">
      {repeat && <p className="text-cell text-fg">{question.text}</p>}
      <div className="flex flex-wrap gap-2">
        {question.options.map((option) => (
          <Button
            key={option.id}
            size="card"
            className="max-w-full pointer-coarse:h-11"
            onClick={() => onAnswer(option.name)}
          >
            <span className="truncate">{option.name}</span>
          </Button>
        ))}
      </div>
    </div>
  );
}

/** The words without their marks, for another program. */
export const unmarked = (text: string): string => text.replaceAll("**", "").replace(/ ?\[\d+\]/g, "");

const SMALL = "text-fg-3 pointer-coarse:size-11";

function Foot({ run, onAgain }: { run: LiveRun; onAgain: (() => void) | null }) {
  const { copied, copy } = useCopy();
  return (
    <div className="-ml-1 flex flex-wrap items-center gap-1">
      {run.status !== "cancelled" && <Feedback run={run} />}
      <span className="ml-auto flex items-center gap-1">
        {run.text && (
          <Button
            variant="quiet"
            size="iconRow"
            aria-label={copied ? "Copied" : "Copy the answer"}
            title="Copy the answer"
            className={SMALL}
            onClick={() => void copy(unmarked(run.text))}
          >
            {copied ? <Check /> : <Copy />}
          </Button>
        )}
        {onAgain && (
          <Button
            variant="quiet"
            size="iconRow"
            aria-label="Ask again"
            title="Ask again"
            className={SMALL}
            onClick={onAgain}
          >
            <RotateCcw />
          </Button>
        )}
        <Link
          to="/assistant/runs/$id"
          params={{ id: run.id }}
          className="rounded-sm px-1.5 py-0.5 text-meta text-fg-3 hover:text-fg hover:underline"
        >
          Details
        </Link>
      </span>
    </div>
  );
}
