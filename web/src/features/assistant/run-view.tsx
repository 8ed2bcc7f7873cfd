import { useMutation } from "@tanstack/react-query";
import { CircleAlert, ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { ProposalCard } from "@/components/crm/proposal-card";
import { Button } from "@/components/ui/button";
import { Badge } from "@/components/ui/badge";
import { failed } from "@/components/ui/toast";
import { plural } from "@/lib/format";
import { AnswerText } from "./answer";
import { LetterCard } from "./letter-card";
import { Plan } from "./plan";
import { finished, type LiveRun } from "./stream";

export function RunView({
  run,
  onAnswer,
  onRetry,
}: {
  run: LiveRun;
  onAnswer: (text: string) => void;
  onRetry: () => void;
}) {
  const over = finished(run.status);
  return (
    <section className="flex flex-col gap-3" aria-label={run.goal}>
      <p className="ml-auto max-w-[85%] rounded-xl rounded-br-xs bg-muted px-3 py-2 text-cell whitespace-pre-wrap text-fg">
        {run.goal}
      </p>
      <Plan run={run} over={over} />
      {(run.answer?.without_model === true || (over && run.planner === "deterministic")) && (
        <Badge kind="outline" className="self-start">
          Answered without a model
        </Badge>
      )}
      {run.text && (
        <AnswerText text={run.text} citations={run.answer?.citations ?? []} streaming={!over && !run.answer} />
      )}
      {run.answer && run.answer.left_out > 0 && (
        <p className="text-meta text-fg-3">
          {plural(run.answer.left_out, "sentence")} without a source {run.answer.left_out === 1 ? "was" : "were"} left
          out.
        </p>
      )}
      {run.question && run.status !== "cancelled" && (
        <Ask question={run.question} repeat={run.text !== run.question.text} onAnswer={onAnswer} />
      )}
      {(run.answer?.drafts ?? []).map((letter) => (
        <LetterCard key={letter.subject} letter={letter} />
      ))}
      {run.proposals.map((p) => (
        <ProposalCard key={p.id} proposal={p} />
      ))}
      {run.status === "failed" && (
        <p role="alert" className="flex items-start gap-1.5 rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text">
          <CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />{" "}
          {run.error?.detail ?? "This could not be finished."} Nothing was changed.
        </p>
      )}
      {run.status === "cancelled" && <p className="text-meta text-fg-3">Stopped. Nothing was changed.</p>}
      {run.lost && !over && (
        <p className="flex items-center gap-2 text-meta text-fg-3">
          The connection was lost; the work goes on.{" "}
          <Button size="row" onClick={onRetry}>
            Reconnect
          </Button>
        </p>
      )}
      {over && run.status !== "cancelled" && <Feedback run={run} />}
    </section>
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
          <Button key={option.id} size="card" className="max-w-full" onClick={() => onAnswer(option.name)}>
            <span className="truncate">{option.name}</span>
          </Button>
        ))}
      </div>
    </div>
  );
}

function Feedback({ run }: { run: LiveRun }) {
  const [given, setGiven] = useState<boolean | null>(run.feedback?.useful ?? null);
  const send = useMutation({
    mutationFn: (useful: boolean) => post("/agent-runs/{id}/feedback", { path: { id: run.id }, body: { useful } }),
    onMutate: (useful) => setGiven(useful),
    onError: (error) => {
      setGiven(null);
      failed("Your answer was not kept", sentence(error));
    },
  });
  const button = (useful: boolean, label: string, Glyph: typeof ThumbsUp) => (
    <Button
      variant="quiet"
      size="iconRow"
      aria-label={label}
      title={label}
      aria-pressed={given === useful}
      className="text-fg-3 aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
      onClick={() => send.mutate(useful)}
    >
      <Glyph />
    </Button>
  );
  return (
    <div className="flex items-center gap-1">
      {button(true, "Useful", ThumbsUp)}
      {button(false, "Not useful", ThumbsDown)}
      {given !== null && <span className="text-meta text-fg-3">Thank you, noted.</span>}
    </div>
  );
}
