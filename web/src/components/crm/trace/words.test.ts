import { describe, expect, it } from "vitest";
import type { TraceSpan } from "@/api/types";
import { detail, placed, price, time } from "./words";

const span = (more: Partial<TraceSpan>): TraceSpan => ({
  id: "1",
  parent_id: null,
  kind: "run",
  title: "Assistant",
  started_at: "2026-01-01T10:00:00Z",
  ended_at: "2026-01-01T10:00:10Z",
  status: "done",
  error: null,
  tool: null,
  model: null,
  answered_by: null,
  provider: null,
  prompt_version: null,
  first_token_ms: null,
  result_count: null,
  tokens_in: 0,
  tokens_out: 0,
  cost: null,
  content: null,
  ...more,
});

describe("a waterfall", () => {
  it("places each span within the first", () => {
    const child = span({ id: "2", parent_id: "1", kind: "plan", started_at: "2026-01-01T10:00:05Z", ended_at: null });
    const inner = span({ id: "3", parent_id: "2", kind: "chat", started_at: "2026-01-01T10:00:06Z" });
    const all = placed([span({}), child, inner], new Date("2026-01-01T10:00:10Z").getTime());
    expect(all.map(({ depth, left, width, ms }) => [depth, left, width, ms])).toEqual([
      [0, 0, 1, 10_000],
      [1, 0.5, 0.5, null],
      [2, 0.6, 0.4, 4000],
    ]);
    expect(placed([])).toEqual([]);
  });

  it("says what a span took, and what is not known", () => {
    expect(detail(span({ kind: "chat", model: "m-1", tokens_in: 1000, tokens_out: 20 }))).toBe(
      "m-1 · 1,000 in, 20 out, cost not known",
    );
    expect(detail(span({ kind: "tool", tool: "search", error: "timeout" }))).toBe("search · failed: timeout");
    expect(price("0.003000")).toBe("0.003");
    expect([time(12), time(1500), time(null)]).toEqual(["12 ms", "1.5 s", "–"]);
  });
});
