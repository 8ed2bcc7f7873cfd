import { CircleCheck, CircleX, ListTree, Scale, Wrench, type LucideIcon } from "lucide-react";
import type { Run, RunStep } from "@/api/types";
import { Spinner } from "@/components/ui/spinner";
import { StepCall, toolWords } from "./step-call";
import { cost, seconds, tokens } from "./words";

const GLYPHS: Record<string, LucideIcon> = { plan: ListTree, tool: Wrench, review: Scale };

/** Every step in the order in which it was done, with what it took; what went in and what came out is folded. */
export function Timeline({ run }: { run: Run }) {
  if (run.steps.length === 0) return <p className="px-4 py-3 text-cell text-fg-3">Nothing was done yet.</p>;
  return (
    <ol className="flex flex-col px-4 py-3">
      {run.steps.map((step) => (
        <Step key={step.n} step={step} />
      ))}
    </ol>
  );
}

function Step({ step }: { step: RunStep }) {
  const Glyph = GLYPHS[step.kind] ?? Wrench;
  const asked = step.tokens_in + step.tokens_out > 0;
  return (
    <li className="group relative flex gap-3 pb-4 last:pb-0">
      <span aria-hidden className="absolute top-7 bottom-0 left-[13px] w-px bg-line-strong group-last:hidden" />
      <span className="relative grid size-7 shrink-0 place-items-center rounded-full border border-line-strong bg-surface text-fg-3">
        <Glyph className="size-3.5" aria-hidden />
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <p className="flex min-h-7 flex-wrap items-center gap-x-2 text-cell">
          <span className="font-medium text-fg">{step.title}</span>
          <State step={step} />
          <span className="ml-auto text-meta text-fg-3 tnum">
            {asked && `${tokens(step)} tokens, cost ${cost(step.cost)}, `}
            {seconds(step.ms)}
          </span>
        </p>
        {step.summary && <p className="-mt-1 text-cell break-words text-fg-2">{step.summary}</p>}
        <StepCall step={step} label={step.tool ? toolWords(step.tool) : "What went in and came out"} />
      </div>
    </li>
  );
}

function State({ step }: { step: RunStep }) {
  if (step.status === "running") return <Spinner className="text-accent" />;
  return step.status === "failed" ? (
    <CircleX className="size-3.5 text-bad" aria-label="failed" />
  ) : (
    <CircleCheck className="size-3.5 text-ok" aria-label="done" />
  );
}
