import { useRef, useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { RuleFailing, RuleObject } from "@/api/types";

export interface Run {
  state: "running" | "stopped" | "done" | "failed";
  checked: number;
  failing: number;
  /** The first hundred. */
  records: RuleFailing[];
  error?: string;
}

const NAMED = 100;

/** Goes through all records, a part at a time, until there are no more or it is stopped. */
export function useDryRun(object: RuleObject, expression: string) {
  const [run, setRun] = useState<Run | null>(null);
  const current = useRef<symbol | null>(null);
  const start = async () => {
    const mine = Symbol();
    current.current = mine;
    let so: Run = { state: "running", checked: 0, failing: 0, records: [] };
    let cursor: string | null = null;
    setRun(so);
    try {
      do {
        const { data }: Awaited<ReturnType<typeof part>> = await part(object, expression, cursor);
        if (current.current !== mine) return;
        cursor = data.next_cursor ?? null;
        so = {
          state: cursor ? "running" : "done",
          checked: so.checked + data.checked,
          failing: so.failing + data.failing,
          records: [...so.records, ...data.records].slice(0, NAMED),
        };
        setRun(so);
      } while (cursor);
    } catch (error) {
      if (current.current === mine) setRun({ ...so, state: "failed", error: sentence(error) });
    }
  };
  const stop = () => {
    current.current = null;
    setRun((r) => r && { ...r, state: "stopped" });
  };
  return { run, start, stop };
}

const part = (object: RuleObject, expression: string, cursor: string | null) =>
  post("/rules/dry-run", { body: { object, expression, cursor } });
