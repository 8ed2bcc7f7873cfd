import { Check, ChevronRight, X } from "lucide-react";
import { useState } from "react";
import type { RunStep } from "@/api/types";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { StepCall, toolWords } from "./step-call";
import type { LiveRun } from "./stream";
import { seconds } from "./words";

/** The plan with numbered progress; each tool call a folded line. Once finished, the whole folds. */
export function Plan({ run, over }: { run: LiveRun; over: boolean }) {
  const [open, setOpen] = useState<boolean | null>(null);
  const shown = open ?? !over;
  const steps = run.plan.length > 0 ? run.plan : run.steps.map(({ n, title }) => ({ n, title }));
  const done = run.steps.filter((s) => s.status === "done").length;
  const total = run.usage.ms ?? run.steps.reduce((sum, s) => sum + (s.ms ?? 0), 0);
  if (steps.length === 0) {
    return over ? null : (
      <p role="status" className="flex items-center gap-2 text-cell text-fg-3">
        <Spinner /> Planning
      </p>
    );
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={shown}
        onClick={() => setOpen(!shown)}
        className="flex w-full items-center gap-2 rounded-sm text-cell"
      >
        <ChevronRight className={cn("size-3.5 text-fg-3", shown && "rotate-90")} aria-hidden />
        <span className="font-semibold text-fg">Plan</span>
        <span className="text-meta text-fg-3">
          {over ? plural(steps.length, "step") : `step ${Math.min(done + 1, steps.length)} of ${steps.length}`}
        </span>
        <span className="ml-auto text-meta text-fg-3 tnum">{total > 0 && seconds(total)}</span>
      </button>
      {shown && (
        <ol className="mt-1 flex flex-col gap-1" aria-live="polite">
          {steps.map((planned) => (
            <Step key={planned.n} n={planned.n} title={planned.title} step={run.steps.find((s) => s.n === planned.n)} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Step({ n, title, step }: { n: number; title: string; step: RunStep | undefined }) {
  const running = step?.status === "running";
  return (
    <li className="flex flex-col gap-1">
      <span className="flex items-center gap-2 text-cell">
        <span className="grid size-4 shrink-0 place-items-center text-fg-3">
          {running ? (
            <Spinner className="text-accent" />
          ) : step?.status === "done" ? (
            <Check className="size-3.5" aria-label="done" />
          ) : step?.status === "failed" ? (
            <X className="size-3.5 text-bad" aria-label="failed" />
          ) : (
            <span className="text-meta tnum">{n}</span>
          )}
        </span>
        <span className={cn("min-w-0 flex-1", running ? "font-medium text-fg" : "text-fg-2")}>
          {step?.title ?? title}
        </span>
        <span className="text-meta text-fg-3 tnum">{seconds(step?.ms)}</span>
      </span>
      {step?.tool && <StepCall step={step} label={toolWords(step.tool)} className="ml-6" />}
    </li>
  );
}
