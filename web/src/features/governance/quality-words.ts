/** How figures of quality read. Pure. */
import type { AlertRule, PromptComparison, ShareInterval } from "@/api/types";
import { number } from "@/lib/format";

/** One place after the point where it matters. */
export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined
    ? "–"
    : `${number(share > 0 && share < 0.1 ? Math.round(share * 1000) / 10 : Math.round(share * 100))} %`;

export const took = (ms: number | null | undefined): string =>
  ms === null || ms === undefined
    ? "–"
    : ms < 1000
      ? `${number(Math.round(ms))} ms`
      : `${number(Math.round(ms / 100) / 10)} s`;

/** "62 % (51–72 %), 40 of 65". */
export const interval = ({ share, low, high, count, of }: ShareInterval): string =>
  share === null || share === undefined
    ? "none"
    : `${percent(share)} (${number(Math.round(low * 100))}–${percent(high)}), ${number(count)} of ${number(of)}`;

type Verdict = PromptComparison["measures"][number]["verdict"];

export const VERDICTS: Record<Verdict, { label: string; kind: "neutral" | "outline" | "ok" | "bad" }> = {
  too_few: { label: "Too few to tell", kind: "outline" },
  same: { label: "No difference to tell", kind: "neutral" },
  better: { label: "Better", kind: "ok" },
  worse: { label: "Worse", kind: "bad" },
};

export const MEASURES: Record<PromptComparison["measures"][number]["measure"], string> = {
  succeeded: "Runs that did not fail",
  grounded: "Sentences with a source",
  accepted: "Proposals approved",
  useful: "Answers found useful",
};

export const ALERTS: Record<AlertRule["kind"], { label: string; unit: string; window: boolean }> = {
  error_rate: { label: "Runs fail", unit: "%", window: true },
  hallucination_rate: { label: "Sentences without a source", unit: "%", window: true },
  latency_p95: { label: "The slowest runs take", unit: "s", window: true },
  cost_per_day: { label: "Cost in 24 hours", unit: "", window: false },
  budget_80: { label: "A budget is nearly used up", unit: "%", window: false },
  budget_100: { label: "A budget is used up", unit: "%", window: false },
};
