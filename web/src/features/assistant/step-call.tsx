import { ChevronRight } from "lucide-react";
import type { RunStep } from "@/api/types";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";

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

/** "search_opportunities" as a verb and its object. */
export const toolWords = (tool: string): string => tool.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());

/** A step's arguments and result, folded into a line. */
export function StepCall({ step, label, className }: { step: RunStep; label: string; className?: string }) {
  return (
    <details className={cn("rounded-md border border-line bg-sunken text-meta", className)}>
      <summary className="flex cursor-pointer list-none items-center gap-2 px-2 py-1 [&::-webkit-details-marker]:hidden">
        <ChevronRight className="size-3 shrink-0 text-fg-3 in-open:rotate-90" aria-hidden />
        <span className="shrink-0 font-medium text-fg">{label}</span>
        <span className="min-w-0 flex-1 truncate text-fg-3">{argument(step.arguments)}</span>
        {typeof step.result_count === "number" && (
          <span className="shrink-0 text-fg-3 tnum">{plural(step.result_count, "result")}</span>
        )}
      </summary>
      <div className="border-t border-line px-2 py-1.5">
        {step.summary && <p className="mb-1 text-fg-2">{step.summary}</p>}
        <p className="text-fg-3">Arguments</p>
        <Json value={step.arguments} label="Arguments" />
        {given(step.result) && (
          <>
            <p className="mt-1 text-fg-3">Result</p>
            <Json value={step.result} label="Result" />
          </>
        )}
      </div>
    </details>
  );
}

/** Long ones scroll by themselves, by keys too. */
const Json = ({ value, label }: { value: unknown; label: string }) => (
  <pre
    tabIndex={0}
    role="region"
    aria-label={label}
    className="max-h-64 scroll-thin overflow-auto font-mono text-code text-fg-2"
  >
    {JSON.stringify(value, null, 2)}
  </pre>
);
