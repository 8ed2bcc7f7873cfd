import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { allows } from "@/api/shared";
import type { Me, Proposal } from "@/api/types";
import { failed } from "@/components/ui/toast";
import { TOUCHED, useTold } from "./use-undo";

interface Approval {
  proposal: Proposal;
  /** The fields to apply, when not all of them. */
  fields?: string[];
  /** New values in the place of the agent's. */
  edits?: Record<string, unknown>;
}

/** Whether a person's roles allow what it proposes at all; of which records, the server says. */
export const mayDecide = (me: Me, { kind }: Proposal): boolean =>
  kind === "create_task" ? allows(me, "task", "create") : allows(me, "opportunity", "update");

/** Bound to the diff that was seen: another one than that is refused. */
export const sendApproval = ({ proposal, fields, edits }: Approval) =>
  post("/proposals/{id}/approval", {
    path: { id: proposal.id },
    body: { diff_hash: proposal.diff_hash, ...(fields ? { fields } : {}), ...(edits ? { edits } : {}) },
  });

export const sendRejection = (proposal: Proposal, reason: string) =>
  post("/proposals/{id}/rejection", { path: { id: proposal.id }, body: reason ? { reason } : {} });

export function useDecide() {
  const client = useQueryClient();
  const told = useTold();
  const settle = () => Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
  const land = (proposal: Proposal) => client.setQueryData(["proposals", "detail", proposal.id], proposal);
  const approve = useMutation({
    mutationFn: sendApproval,
    onSuccess: ({ data, eventId }) => {
      land(data);
      told(`Approved: ${data.target.name}`, data.event_id ?? eventId);
    },
    onError: (error) => {
      if (isApiError(error, "proposal_stale"))
        failed("This proposal is out of date", "The record changed since. Compare, then ask again.");
      else failed("This was not approved", sentence(error));
    },
    onSettled: settle,
  });
  const reject = useMutation({
    mutationFn: ({ proposal, reason }: { proposal: Proposal; reason: string }) => sendRejection(proposal, reason),
    onSuccess: ({ data }) => {
      land(data);
      told("Rejected", null);
    },
    onError: (error) => failed("This was not rejected", sentence(error)),
    onSettled: settle,
  });
  return { approve, reject };
}
