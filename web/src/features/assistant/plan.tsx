import { Check, ChevronRight, X } from "lucide-react";
import { useState } from "react";
import type { RunStep } from "@/api/types";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/cn";
import { number, plural } from "@/lib/format";
import type { LiveRun } from "./stream";

const seconds = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? "" : ms < 100 ? `${ms} ms` : `${number(Math.round(ms / 100) / 10)} s`;

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
      {step?.tool && <ToolCall step={step} tool={step.tool} />}
    </li>
  );
}

/** Ids say nothing to a person: they are in the arguments below. */
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

function argument(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value)
    .filter((v): v is string | number => (typeof v === "string" && !ID.test(v)) || typeof v === "number")
    .map((v) => (typeof v === "string" ? `“${v}”` : String(v)))
    .join(", ");
}

/** While it runs there is no result, whatever its type says. */
const given = (value: unknown): boolean => value !== undefined && value !== null;

function ToolCall({ step, tool }: { step: RunStep; tool: string }) {
  const verb = tool.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());
  return (
    <details className="ml-6 rounded-md border border-line bg-sunken text-meta">
      <summary className="flex cursor-pointer list-none items-center gap-2 px-2 py-1 [&::-webkit-details-marker]:hidden">
        <ChevronRight className="size-3 shrink-0 text-fg-3 in-open:rotate-90" aria-hidden />
        <span className="shrink-0 font-medium text-fg">{verb}</span>
        <span className="min-w-0 flex-1 truncate text-fg-3">{argument(step.arguments)}</span>
        {typeof step.result_count === "number" && (
          <span className="shrink-0 text-fg-3 tnum">{plural(step.result_count, "result")}</span>
        )}
      </summary>
      <div className="border-t border-line px-2 py-1.5">
        {step.summary && <p className="mb-1 text-fg-2">{step.summary}</p>}
        <p className="text-fg-3">Arguments</p>
        <pre className="scroll-thin overflow-x-auto font-mono text-code text-fg-2">
          {JSON.stringify(step.arguments, null, 2)}
        </pre>
        {given(step.result) && (
          <>
            <p className="mt-1 text-fg-3">Result</p>
            <pre className="max-h-64 scroll-thin overflow-auto font-mono text-code text-fg-2">
              {JSON.stringify(step.result, null, 2)}
            </pre>
          </>
        )}
      </div>
    </details>
  );
}
