import { expect, test } from "vitest";
import type { SlaTimer } from "@/api/types";
import { durationWords, span, stepWords, timerHint, timerWords } from "./sla-words";

const NOW = Date.parse("2026-06-01T09:00:00Z");

const timer = (more: Partial<SlaTimer>): SlaTimer => ({
  id: "t",
  rule: { id: "r", name: "Quick" },
  measure: "first_response",
  object: "lead",
  record: { id: "l", name: "Petrov" },
  owner: { id: "u", name: "Ann" },
  place: null,
  state: "running",
  started_at: "2026-06-01T08:00:00Z",
  warn_at: null,
  due_at: "2026-06-01T12:20:00Z",
  breached_at: null,
  ended_at: null,
  outcome: null,
  target_ms: 1,
  steps: [],
  ...more,
});

test("a clock says how long is left, and how late it is", () => {
  expect(timerWords(timer({}), NOW)).toBe("Due in 3 h 20 min");
  expect(timerWords(timer({ state: "warning" }), Date.parse("2026-06-01T12:20:30Z"))).toBe("Due now");
  const late = timer({ state: "breached", breached_at: "2026-05-30T05:00:00Z" });
  expect(timerWords(late, NOW)).toBe("Overdue by 2 d 4 h");
  expect(timerWords(timer({ state: "paused", due_at: null }), NOW)).toBe("Paused");
  expect(timerWords(timer({ state: "ended", outcome: "gone" }), NOW)).toBe("The record has gone");
  expect(timerWords(timer({ state: "ended", outcome: "new" }), NOW)).toBe("Ended");
  expect(timerHint(timer({ place: { id: "s", name: "New" } }))).toMatch(/^Quick, due .+, since it came to New$/);
});

test("spans are short", () => {
  const at = (ms: number) => span(NOW, NOW + ms);
  expect([at(20_000), at(59 * 60_000), at(2 * 3_600_000), at(48 * 3_600_000)]).toEqual([
    "less than a minute",
    "59 min",
    "2 h",
    "2 d",
  ]);
  expect(durationWords({ value: 1, unit: "hours" })).toBe("1 hour");
});

test("a step says what came of it", () => {
  const step = { moment: "breach", action: "reassign", outcome: "refused", code: "x", detail: "Rate it", at: "" };
  expect(stepWords(step)).toBe("Breach: given to another owner: refused (Rate it)");
  expect(stepWords({ ...step, outcome: "done", moment: "after_breach" })).toBe(
    "After the breach: given to another owner",
  );
});
