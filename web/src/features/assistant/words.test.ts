import { expect, it } from "vitest";
import type { Run, RunStep } from "@/api/types";
import { proposal } from "@/test/records";
import { byConversation, changed, cost, leftOut, planner, seconds, tokens, verdict } from "./words";

const review = (result: object, status = "done") =>
  ({ n: 3, kind: "review", title: "Check the answer", result, status }) as RunStep;

it("what is not known is not nothing", () => {
  expect([cost(null), cost("0"), cost("0.00"), cost("0.0031")]).toEqual(["not known", "nothing", "nothing", "0.0031"]);
  expect([seconds(null), seconds(40), seconds(1240)]).toEqual(["", "40 ms", "1.2 s"]);
  expect([tokens({ tokens_in: 0, tokens_out: 0 }), tokens({ tokens_in: 1200, tokens_out: 40 })]).toEqual([
    "none",
    "1,200 in, 40 out",
  ]);
});

it("says who planned", () => {
  expect(planner({ planner: "model", model: "qwen" })).toBe("Model qwen");
  expect(planner({ planner: "deterministic", model: null })).toBe("The grammar, without a model");
  expect(planner({ planner: null, model: null })).toBe("Not planned yet");
});

it("tells what the review left out, and for what there was no source", () => {
  const steps = [review({ dropped: [{ sentence: "It is worth 5.", unknown: ["5"] }, "nonsense"] })];
  expect(leftOut(steps)).toEqual([{ sentence: "It is worth 5.", unknown: ["5"] }]);
  expect(leftOut([review({})])).toEqual([]);
  const answer = { left_out: 1 } as Run["answer"];
  expect(verdict({ steps, answer })).toBe("1 sentence without a source was left out.");
  expect(verdict({ steps: [review({})], answer: null })).toMatch(/^Every figure/);
  expect(verdict({ steps: [review({}, "running")], answer: null })).toBeNull();
});

it("puts runs to their conversation, the latest one first", () => {
  const run = (id: string, conversation_id: string) => ({ id, conversation_id }) as Run;
  expect(byConversation([run("r3", "b"), run("r2", "a"), run("r1", "b")]).map((c) => [c.id, c.runs.length])).toEqual([
    ["b", 2],
    ["a", 1],
  ]);
});

it("never says that nothing was changed when something was", () => {
  const applied = proposal({ status: "approved", event_id: "e1" });
  expect(changed({ proposals: [proposal(), { ...applied, undone_at: "2026-01-01T00:00:00Z" }] })).toBe(
    "Nothing was changed.",
  );
  expect(changed({ proposals: [applied] })).toBe("1 change had been applied, and can be undone.");
});
