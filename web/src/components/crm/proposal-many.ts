/** Several proposals decided on, or taken back, one after the other: each by its own call, with what became of it. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Proposal } from "@/api/types";
import { told } from "@/components/ui/toast";
import { plural } from "@/lib/format";
import { sendApproval, sendRejection } from "./proposal-decide";
import { lastChange, TOUCHED } from "./use-undo";

export type Verb = "approve" | "reject" | "undo";

export interface Outcome {
  proposal: Proposal;
  done: boolean;
  /** Why not; or what of it stayed as it was. */
  note: string | null;
}

export interface Work {
  verb: Verb;
  of: number;
  outcomes: Outcome[];
  over: boolean;
}

export const PAST: Record<Verb, string> = { approve: "approved", reject: "rejected", undo: "undone" };

/** What can still be taken back, the latest decision first: an earlier change may lie under a later one. */
export const undoable = (proposals: Proposal[]): Proposal[] =>
  proposals
    .filter((p) => p.status === "approved" && p.event_id && !p.undone_at)
    .sort((a, b) => (b.decided_at ?? "").localeCompare(a.decided_at ?? ""));

/** Whether one person decides on it alone, and has not yet. */
export const decidable = (p: Proposal): boolean => p.status === "pending" && !p.approval_id;

async function undo(proposal: Proposal): Promise<string | null> {
  if (!proposal.event_id) return null;
  const { data } = await post("/undo", { body: { event_id: proposal.event_id } });
  return data.kept.length > 0 ? `but for ${data.kept.map((k) => k.field).join(", ")}: changed since` : null;
}

async function one(client: QueryClient, verb: Verb, proposal: Proposal, reason: string): Promise<Outcome> {
  try {
    if (verb === "undo") return { proposal, done: true, note: await undo(proposal) };
    const { data } = verb === "approve" ? await sendApproval({ proposal }) : await sendRejection(proposal, reason);
    client.setQueryData(["proposals", "detail", data.id], data);
    return { proposal: data, done: true, note: null };
  } catch (error) {
    if (isApiError(error, "already_undone")) return { proposal, done: true, note: "it was undone before" };
    const stale = isApiError(error, "proposal_stale");
    return { proposal, done: false, note: stale ? "The record changed since it was proposed." : sentence(error) };
  }
}

export function useMany() {
  const client = useQueryClient();
  const [work, setWork] = useState<Work | null>(null);
  const stopped = useRef(false);
  const wanted = (): boolean => !stopped.current;

  const run = async (verb: Verb, proposals: Proposal[], reason = ""): Promise<void> => {
    stopped.current = false;
    lastChange.set(null);
    const outcomes: Outcome[] = [];
    const tell = (over: boolean) => setWork({ verb, of: proposals.length, outcomes: [...outcomes], over });
    tell(false);
    for (const proposal of proposals) {
      const left: Outcome = { proposal, done: false, note: "You stopped before it." };
      outcomes.push(wanted() ? await one(client, verb, proposal, reason) : left);
      tell(false);
    }
    await Promise.all(
      [...TOUCHED, "conversations", "agent-runs"].map((key) => client.invalidateQueries({ queryKey: [key] })),
    );
    // What went through without a word needs none: the rest is told one by one.
    if (outcomes.some((o) => o.note !== null)) {
      tell(true);
      return;
    }
    setWork(null);
    const back = undoable(outcomes.map((o) => o.proposal));
    const action =
      verb === "approve" && back.length > 0 ? { label: "Undo", run: () => void run("undo", back) } : undefined;
    told(`${plural(outcomes.length, "proposal")} ${PAST[verb]}`, action);
  };

  return {
    work,
    run,
    stop: () => {
      stopped.current = true;
    },
    forget: () => setWork(null),
  };
}
