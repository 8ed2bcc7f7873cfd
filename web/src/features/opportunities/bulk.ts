/** One request after the other over the chosen records, with what came of each. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { sentence } from "@/api/problem";
import type { Opportunity } from "@/api/types";
import { useUndo } from "@/components/crm/use-undo";
import { failed, told } from "@/components/ui/toast";
import { plural } from "@/lib/format";

export interface BulkProgress {
  doing: string;
  done: number;
  total: number;
}

export function useBulk(onDone: () => void) {
  const client = useQueryClient();
  const undo = useUndo();
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const stopped = useRef<AbortController>(null);
  const run = async (
    doing: string,
    past: string,
    records: Opportunity[],
    one: (o: Opportunity) => Promise<string | null | undefined>,
  ) => {
    const stop = new AbortController();
    stopped.current = stop;
    const events: string[] = [];
    const problems: string[] = [];
    let done = 0;
    for (const record of records) {
      if (stop.signal.aborted) break;
      setProgress({ doing, done, total: records.length });
      try {
        const event = await one(record);
        if (event) events.push(event);
      } catch (error) {
        problems.push(`${record.name}: ${sentence(error)}`);
      }
      done += 1;
    }
    setProgress(null);
    await client.invalidateQueries({ queryKey: ["opportunities"] });
    const ok = done - problems.length;
    if (problems.length > 0) {
      failed(
        `${plural(ok, "opportunity", "opportunities")} ${past}, ${problems.length} refused`,
        problems.slice(0, 3).join(" "),
      );
    } else
      told(
        `${plural(ok, "opportunity", "opportunities")} ${past}`,
        events.length > 0 ? { label: "Undo", run: () => void undo(...events.toReversed()) } : undefined,
      );
    if (problems.length === 0) onDone();
  };
  return { progress, run, stop: () => stopped.current?.abort() };
}
