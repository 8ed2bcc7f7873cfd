/** A change of many records: asked for once, done by the server record by record, and looked at until it has ended. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { BulkChange } from "@/api/types";
import type { ListObject } from "./spec";
import type { Selected } from "./view-query";
import { TOUCHED } from "@/components/crm/use-undo";
import { failed, told } from "@/components/ui/toast";
import { plural } from "@/lib/format";

/** What is done with each: fields as a change of one takes them, tags, deletion, or assignment by the rules. */
export interface BulkWork {
  set?: Record<string, unknown>;
  add_tags?: string[];
  remove_tags?: string[];
  delete?: boolean;
  assign?: boolean;
}
/** As much of a record as a change of many needs. */
export interface Chosen {
  id: string;
  name: string;
  version: number;
}
export type BulkTarget = { records: Chosen[] } | { matching: Selected };

/** What a change of many is of. */
export interface BulkSpec {
  object: ListObject | "task";
  /** One, and many. */
  noun: [string, string];
}

const LOOK_AGAIN = 300;
const running = (b: BulkChange) => b.status === "running" || b.status === "undoing";

export function useBulk(spec: BulkSpec, onDone: () => void) {
  const words = (n: number) => plural(n, ...spec.noun);
  const client = useQueryClient();
  const [progress, setProgress] = useState<{ doing: string; bulk: BulkChange } | null>(null);
  /** One that refused some: it stays in sight until it is closed. */
  const [refused, setRefused] = useState<{ past: string; bulk: BulkChange } | null>(null);

  const follow = async (doing: string, started: BulkChange): Promise<BulkChange> => {
    let bulk = started;
    setProgress({ doing, bulk });
    try {
      while (running(bulk)) {
        await new Promise((then) => setTimeout(then, LOOK_AGAIN));
        bulk = await get("/bulk-changes/{id}", { path: { id: bulk.id } });
        setProgress({ doing, bulk });
      }
    } finally {
      setProgress(null);
      await Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
    }
    return bulk;
  };

  const undo = async (bulk: BulkChange) => {
    try {
      const { data } = await post("/bulk-changes/{id}/undo", { path: { id: bulk.id } });
      const done = await follow("Taking back", data);
      if (done.status === "failed") failed("This could not be undone", done.problem ?? undefined);
      else if (done.undone < done.changed) {
        failed(`${words(done.undone)} as before, ${done.changed - done.undone} edited since`, undefined);
      } else told("Undone");
    } catch (error) {
      failed("This could not be undone", sentence(error));
    }
  };

  const run = async (doing: string, past: string, target: BulkTarget, change: BulkWork) => {
    try {
      const which =
        "records" in target
          ? { records: target.records.map((r) => ({ id: r.id, version: r.version })) }
          : { matching: target.matching };
      const { data } = await post("/bulk-changes", { body: { object: spec.object, change, ...which } });
      const bulk = await follow(doing, data);
      if (bulk.status === "failed") failed(`Not all were ${past}`, bulk.problem ?? undefined);
      else if (bulk.refused > 0) setRefused({ past, bulk });
      else {
        told(
          `${words(bulk.changed)} ${past}`,
          bulk.changed > 0 ? { label: "Undo", run: () => void undo(bulk) } : undefined,
        );
        onDone();
      }
    } catch (error) {
      failed("Nothing was changed", sentence(error));
    }
  };

  const stop = () => {
    if (progress) void post("/bulk-changes/{id}/stop", { path: { id: progress.bulk.id } }).catch(() => undefined);
  };
  return { progress, refused, forget: () => setRefused(null), run, undo, stop };
}
