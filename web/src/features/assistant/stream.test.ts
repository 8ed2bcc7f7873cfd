import { expect, it } from "vitest";
import type { Run } from "@/api/types";
import { proposal } from "@/test/records";
import { fold, live, type StreamEvent } from "./stream";

const run: Run = {
  id: "r1",
  conversation_id: "c1",
  goal: "Which deals are slow?",
  status: "queued",
  planner: "model",
  model: null,
  context: null,
  steps: [],
  answer: null,
  proposals: [],
  usage: { tokens_in: 0, tokens_out: 0, cost: "0" },
  feedback: null,
  created_at: "2026-11-23T10:00:00Z",
  finished_at: null,
  error: null,
};
const step = {
  n: 1,
  kind: "tool",
  title: "Search",
  tool: "search_opportunities",
  arguments: {},
  result: {},
  tokens_in: 0,
  tokens_out: 0,
  cost: "0",
};
const problem = { type: "about:blank", title: "Unavailable", detail: "The model stopped.", status: 503, code: "busy" };
const answer = { text: "Three.", citations: [], left_out: 0, without_model: false, question: null };

it("folds a stream into a run; a repeated event changes nothing twice", () => {
  const events: StreamEvent[] = [
    { type: "plan", data: { steps: [{ n: 1, title: "Search" }] } },
    { type: "step", data: { ...step, status: "running" } },
    { type: "step", data: { ...step, status: "done", result_count: 3, ms: 120 } },
    { type: "step", data: { ...step, status: "done", result_count: 3, ms: 120 } },
    { type: "text", data: { delta: "Thr" } },
    { type: "text", data: { delta: "ee" } },
    { type: "answer", data: answer },
    { type: "proposal", data: proposal() },
    { type: "proposal", data: proposal() },
    { type: "done", data: { status: "done" } },
  ];
  const end = events.reduce(fold, live(run));
  expect(end.steps).toHaveLength(1);
  expect(end.steps[0]).toMatchObject({ status: "done", result_count: 3 });
  expect(end.text).toBe("Three.");
  expect(end.proposals).toHaveLength(1);
  expect(end.status).toBe("done");
});

it("keeps what there is when the run fails", () => {
  const end = [{ type: "text", data: { delta: "So far" } } as const, { type: "error", data: problem } as const].reduce(
    fold,
    live(run),
  );
  expect(end).toMatchObject({ status: "failed", error: { detail: "The model stopped." }, text: "So far" });
});
