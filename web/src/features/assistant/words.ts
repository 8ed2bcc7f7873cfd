/** How a run and its steps read. Pure. */
import type { Run, RunStatus, RunStep } from "@/api/types";
import { number, plural } from "@/lib/format";

type Kind = "neutral" | "ok" | "warn" | "bad" | "outline";

export const STATUS: Record<RunStatus, { label: string; kind: Kind }> = {
  queued: { label: "In the queue", kind: "outline" },
  planning: { label: "Planning", kind: "outline" },
  running: { label: "Running", kind: "outline" },
  reviewing: { label: "Being checked", kind: "outline" },
  waiting: { label: "Waits for your answer", kind: "warn" },
  done: { label: "Done", kind: "ok" },
  failed: { label: "Failed", kind: "bad" },
  cancelled: { label: "Stopped", kind: "neutral" },
};

export const STATUSES = Object.keys(STATUS) as RunStatus[];

export const seconds = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? "" : ms < 100 ? `${number(ms)} ms` : `${number(Math.round(ms / 100) / 10)} s`;

/** Null is what nobody knows: never nothing. */
export const cost = (value: string | null | undefined): string =>
  value === null || value === undefined ? "not known" : Number(value) === 0 ? "nothing" : value;

export const tokens = ({ tokens_in, tokens_out }: Pick<RunStep, "tokens_in" | "tokens_out">): string =>
  tokens_in + tokens_out === 0 ? "none" : `${number(tokens_in)} in, ${number(tokens_out)} out`;

/** Who wrote the plan. */
export function planner(run: Pick<Run, "planner" | "model">): string {
  if (run.planner === "model") return run.model ? `Model ${run.model}` : "A model";
  return run.planner === "deterministic" ? "The grammar, without a model" : "Not planned yet";
}

/** What the review took out: sentences with what nothing supported in them. */
export interface LeftOut {
  sentence: string;
  /** The figures, dates and names in it that no result has. */
  unknown: string[];
}

/** Sentences of the review's result, by the name under which it has them. */
function sentences(steps: RunStep[], name: "dropped" | "verdicts"): LeftOut[] {
  const review = steps.find((s) => s.kind === "review");
  const found: unknown = (review?.result as Record<string, unknown> | null | undefined)?.[name];
  if (!Array.isArray(found)) return [];
  return found.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) return [];
    const { sentence, unknown } = one as { sentence?: unknown; unknown?: unknown };
    const names = Array.isArray(unknown) ? unknown.filter((u): u is string => typeof u === "string") : [];
    return typeof sentence === "string" ? [{ sentence, unknown: names }] : [];
  });
}

export const leftOut = (steps: RunStep[]): LeftOut[] => sentences(steps, "dropped");

/** Every sentence that was written; nothing is unknown of those that stayed. */
export const verdicts = (steps: RunStep[]): LeftOut[] => sentences(steps, "verdicts");

/** The review's verdict; null while there is none. */
export function verdict(run: Pick<Run, "steps" | "answer">): string | null {
  const review = run.steps.find((s) => s.kind === "review");
  if (review?.status !== "done") return null;
  const n = run.answer?.left_out ?? 0;
  return n === 0
    ? "Every figure, date and name of the answer is from a result or from your own words."
    : `${plural(n, "sentence")} without a source ${n === 1 ? "was" : "were"} left out.`;
}

/** Runs by the conversation they are of, in the order in which these come. */
export function byConversation(runs: Run[]): { id: string; runs: Run[] }[] {
  const found = new Map<string, Run[]>();
  for (const run of runs) found.set(run.conversation_id, [...(found.get(run.conversation_id) ?? []), run]);
  return [...found].map(([id, all]) => ({ id, runs: all }));
}

/** What has been changed by a run that came to no end: what was approved, or applied as a policy allows, and not taken back. */
export function changed({ proposals }: Pick<Run, "proposals">): string {
  const applied = proposals.filter((p) => p.status === "approved" && !p.undone_at).length;
  return applied === 0 ? "Nothing was changed." : `${plural(applied, "change")} had been applied, and can be undone.`;
}
