import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { RuleProblem } from "@/api/types";
import { Button } from "@/components/ui/button";
import { useRested } from "@/lib/hooks";
import { verdictQuery, type Spoken } from "./query";

export function useVerdict(object: Spoken, expression: string) {
  const rested = useRested(expression, 250);
  const { data } = useQuery(verdictQuery(object, rested));
  return rested.trim() === "" ? undefined : data;
}

/** Whether the expression is right; else where it stumbles, and what was probably meant. */
export function Verdict(props: {
  verdict: { ok: boolean; problems: RuleProblem[] } | undefined;
  onTake: (problem: RuleProblem) => void;
}) {
  const { verdict } = props;
  return (
    <div role="status" className="min-h-5 text-meta">
      {verdict?.ok && (
        <p className="flex items-center gap-1 text-ok-text">
          <CircleCheck className="size-3.5" aria-hidden /> This can be evaluated.
        </p>
      )}
      {verdict?.problems.map((p) => (
        <p key={`${p.line}:${p.column}:${p.message}`} className="flex flex-wrap items-center gap-x-1.5 text-bad-text">
          <CircleAlert className="size-3.5" aria-hidden />
          <span className="tnum">
            Line {p.line}, column {p.column}:
          </span>
          {p.message}
          {p.suggestion && p.code === "unknown_name" && (
            <Button type="button" variant="link" onClick={() => props.onTake(p)}>
              Use {p.suggestion}
            </Button>
          )}
          {p.suggestion && p.code !== "unknown_name" && <span>Perhaps {p.suggestion}?</span>}
        </p>
      ))}
    </div>
  );
}

/** The text with the name at the problem's place replaced by the one that was meant. */
export function corrected(text: string, problem: RuleProblem): string {
  const lines = text.split("\n");
  const line = lines[problem.line - 1] ?? "";
  // Columns count characters, not the units of a string.
  const letters = Array.from(line);
  const before = letters.slice(0, problem.column - 1).join("");
  const rest = letters.slice(problem.column - 1).join("");
  lines[problem.line - 1] = before + rest.replace(/^[\w.]+/, problem.suggestion ?? "$&");
  return lines.join("\n");
}
