/** A run as it streams: the events of the server-sent stream folded into the run on the page. */
import { BASE } from "@/api/client";
import type { Answer, Proposal, Run, RunStep } from "@/api/types";

type Question = NonNullable<Answer["question"]>;

export interface LiveRun extends Run {
  plan: { n: number; title: string }[];
  text: string;
  question: Question | null;
  lost: boolean;
}

export type StreamEvent =
  | { type: "plan"; data: { steps: { n: number; title: string }[] } }
  | { type: "step"; data: RunStep }
  | { type: "text"; data: { delta: string } }
  | { type: "answer"; data: Answer }
  | { type: "proposal"; data: Proposal }
  | { type: "question"; data: Question }
  | { type: "done"; data: { status: Run["status"] } }
  | { type: "error"; data: NonNullable<Run["error"]> };

export const live = (run: Run): LiveRun => ({
  ...run,
  plan: run.steps.map(({ n, title }) => ({ n, title })),
  text: "",
  question: run.answer?.question ?? null,
  lost: false,
});

/** A run as it was read, with what it has said so far. */
export const told = (run: Run): LiveRun => ({ ...live(run), text: run.answer?.text ?? "" });

const put = <T>(list: T[], item: T, same: (a: T) => boolean): T[] =>
  list.some(same) ? list.map((x) => (same(x) ? { ...x, ...item } : x)) : [...list, item];

/** Pure, so that replayed events (after a reconnection) change nothing twice, but for text, which the answer replaces. */
export function fold(run: LiveRun, event: StreamEvent): LiveRun {
  switch (event.type) {
    case "plan":
      return { ...run, plan: event.data.steps, status: "running" };
    case "step":
      return { ...run, status: "running", steps: put(run.steps, event.data, (s) => s.n === event.data.n) };
    case "text":
      return { ...run, text: run.text + event.data.delta };
    case "answer":
      return { ...run, answer: event.data, text: event.data.text };
    case "proposal":
      return { ...run, proposals: put(run.proposals, event.data, (p) => p.id === event.data.id) };
    case "question":
      return { ...run, question: event.data };
    case "done":
      return { ...run, status: event.data.status };
    case "error":
      return { ...run, status: "failed", error: event.data };
  }
}

const TYPES = ["plan", "step", "text", "answer", "proposal", "question", "done", "error"] as const;

/** Follows a run to its end. The browser reconnects by itself and says which event it saw last. */
export function follow(id: string, on: (event: StreamEvent) => void, onLost: () => void): () => void {
  const source = new EventSource(`${BASE}/agent-runs/${id}/stream`);
  let failures = 0;
  for (const type of TYPES) {
    source.addEventListener(type, (message: Event) => {
      // An `error` without data is the connection's own.
      if (!(message instanceof MessageEvent) || typeof message.data !== "string") return;
      failures = 0;
      on({ type, data: JSON.parse(message.data) as never });
      if (type === "done" || type === "error") source.close();
    });
  }
  source.onerror = (event) => {
    if (event instanceof MessageEvent) return;
    failures += 1;
    if (source.readyState === EventSource.CLOSED || failures > 5) {
      source.close();
      onLost();
    }
  };
  return () => source.close();
}

export const finished = (status: Run["status"]): boolean => ["done", "failed", "cancelled", "waiting"].includes(status);
