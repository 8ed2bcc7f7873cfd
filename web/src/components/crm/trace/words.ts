/** Where the spans of a trace stand in its time, and how they read. Pure. */
import type { TraceSpan } from "@/api/types";
import { number } from "@/lib/format";

export interface Placed {
  span: TraceSpan;
  /** How many spans it is within. */
  depth: number;
  /** From 0 to 1 of the whole. */
  left: number;
  width: number;
  ms: number | null;
}

const at = (time: string): number => new Date(time).getTime();

/** Spans in their order, each with its place in the time of the first. What goes on lasts until `now`. */
export function placed(spans: TraceSpan[], now = Date.now()): Placed[] {
  const [first] = spans;
  if (!first) return [];
  const start = at(first.started_at);
  const ends = spans.map((span) => (span.ended_at ? at(span.ended_at) : now));
  const whole = Math.max(1, Math.max(...ends) - start);
  const depths = new Map<string, number>();
  return spans.map((span) => {
    const depth = span.parent_id ? (depths.get(span.parent_id) ?? 0) + 1 : 0;
    depths.set(span.id, depth);
    const from = Math.max(0, at(span.started_at) - start);
    const to = Math.max(from, (span.ended_at ? at(span.ended_at) : now) - start);
    return {
      span,
      depth,
      left: Math.min(1, from / whole),
      width: Math.min(1 - Math.min(1, from / whole), (to - from) / whole),
      ms: span.ended_at ? at(span.ended_at) - at(span.started_at) : null,
    };
  });
}

export const time = (ms: number | null | undefined): string =>
  ms === null || ms === undefined
    ? "–"
    : ms < 1000
      ? `${number(Math.round(ms))} ms`
      : `${number(Math.round(ms / 100) / 10)} s`;

/** Null is what nobody knows: never nothing. */
export const price = (value: string | null | undefined): string =>
  value === null || value === undefined ? "not known" : String(Number(value));

/** What it did with what, in a line. */
export const detail = (span: TraceSpan): string =>
  [
    span.tool,
    span.kind === "run" ? null : span.model,
    span.prompt_version && span.kind !== "run" ? span.prompt_version : null,
    span.tokens_in + span.tokens_out > 0
      ? `${number(span.tokens_in)} in, ${number(span.tokens_out)} out, cost ${price(span.cost)}`
      : null,
    span.error ? `failed: ${span.error}` : null,
  ]
    .filter(Boolean)
    .join(" · ");
