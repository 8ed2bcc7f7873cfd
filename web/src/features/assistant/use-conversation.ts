/** The conversation in the panel: what was asked, the runs that answer, and the one that streams. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { get, post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { RunContext } from "@/api/types";
import { failed } from "@/components/ui/toast";
import { finished, fold, follow, live, told, type LiveRun } from "./stream";

export const aiStatusQuery = () =>
  queryOptions({
    queryKey: ["ai", "status"],
    queryFn: () => get("/ai/status"),
    refetchInterval: (query) =>
      query.state.data && ["downloading", "starting"].includes(query.state.data.state) ? 2000 : 30_000,
  });

export const conversationsQuery = () =>
  queryOptions({
    queryKey: ["conversations", "list"],
    queryFn: async () => (await get("/conversations", { query: { limit: 50 } })).items,
  });

/** The conversation that was open last: the panel takes it up again, and it is gone with who signs out. */
const OPEN = ["conversations", "open"];

export function useConversation() {
  const client = useQueryClient();
  const [runs, setRuns] = useState<LiveRun[]>([]);
  const [sending, setSending] = useState<string | null>(null);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);

  const track = useCallback(
    (id: string) => {
      stop.current();
      const change = (to: (run: LiveRun) => LiveRun) => setRuns((all) => all.map((r) => (r.id === id ? to(r) : r)));
      const settle = async () => {
        const run = await get("/agent-runs/{id}", { path: { id } });
        change((old) => ({
          ...old,
          ...run,
          text: run.answer?.text ?? old.text,
          question: run.answer?.question ?? old.question,
        }));
        void client.invalidateQueries({ queryKey: ["proposals"] });
        void client.invalidateQueries({ queryKey: ["agent-runs"] });
        void client.invalidateQueries({ queryKey: conversationsQuery().queryKey });
      };
      // The stream tells it from the beginning.
      change((run) => ({ ...run, lost: false, text: finished(run.status) ? run.text : "" }));
      stop.current = follow(
        id,
        (event) => {
          change((run) => fold(run, event));
          if (event.type === "done" || event.type === "error")
            void settle().catch(() => change((run) => ({ ...run, lost: true })));
        },
        () => change((run) => ({ ...run, lost: true })),
      );
    },
    [client],
  );

  const ask = useCallback(
    async (goal: string, context: RunContext | null) => {
      setSending(goal);
      try {
        const conversation = runs.at(-1)?.conversation_id;
        const { data } = await post("/agent-runs", {
          body: { goal, ...(conversation ? { conversation_id: conversation } : {}), ...(context ? { context } : {}) },
        });
        setRuns((all) => [...all, live(data)]);
        client.setQueryData(OPEN, data.conversation_id);
        track(data.id);
        return true;
      } catch (error) {
        failed("The assistant was not reached", `${sentence(error)} What you wrote is kept.`);
        return false;
      } finally {
        setSending(null);
      }
    },
    [runs, track, client],
  );

  const open = useCallback(
    async (conversationId: string) => {
      try {
        const { runs: past } = await get("/conversations/{id}", { path: { id: conversationId } });
        stop.current();
        setRuns(past.map(told));
        client.setQueryData(OPEN, conversationId);
        const last = past.at(-1);
        if (last && !finished(last.status)) track(last.id);
      } catch (error) {
        failed("This conversation could not be opened", sentence(error));
      }
    },
    [client, track],
  );

  const current = runs.at(-1);
  const working = current && !finished(current.status) && !current.lost ? current : null;
  const cancel = async () => {
    if (!working) return;
    try {
      await post("/agent-runs/{id}/cancellation", { path: { id: working.id } });
    } catch (error) {
      failed("It could not be stopped", sentence(error));
    }
  };
  const startOver = () => {
    stop.current();
    client.removeQueries({ queryKey: OPEN });
    setRuns([]);
  };
  const before = useCallback(() => client.getQueryData<string>(OPEN) ?? null, [client]);
  return { runs, sending, working, ask, open, before, cancel, startOver, retrack: track };
}
