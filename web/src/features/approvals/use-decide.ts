import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Approval } from "@/api/types";
import { TOUCHED, useTold } from "@/components/crm/use-undo";
import { failed } from "@/components/ui/toast";
import { plural } from "@/lib/format";

/** Everything that a decision may have changed: the record, its proposals, and the approvals. */
export function useRefresh() {
  const client = useQueryClient();
  return () => Promise.all(TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })));
}

export interface Word {
  verdict: "approve" | "reject";
  reason?: string;
}

export function useDecide() {
  const told = useTold();
  const refresh = useRefresh();
  const one = useMutation({
    mutationFn: ({ approval: a, verdict, reason }: Word & { approval: Approval }) =>
      post("/approvals/{id}/decision", {
        path: { id: a.id },
        ifMatch: a.version,
        body: { verdict, ...(reason ? { reason } : {}) },
      }),
    onSuccess: ({ data, eventId }, { verdict }) => {
      const done = verdict === "approve" ? "Approved" : "Rejected";
      // Only the change that an approved proposal makes can be taken back.
      const undo = data.subject.type === "proposal" && data.status === "approved" ? eventId : null;
      told(data.status === "pending" ? `${done}; others are asked too` : `${done}: ${data.subject.name}`, undo);
    },
    onError: (error) => {
      if (isApiError(error, "version_conflict"))
        failed("It has changed since", "What is to be approved is another by now. Read it again, then decide.");
      else failed("This was not decided", sentence(error));
    },
    onSettled: refresh,
  });
  const many = useMutation({
    mutationFn: ({ approvals, verdict, reason }: Word & { approvals: Approval[] }) =>
      post("/approvals/decisions", {
        body: {
          items: approvals.map((a) => ({ id: a.id, version: a.version })),
          verdict,
          ...(reason ? { reason } : {}),
        },
      }),
    onSuccess: ({ data }) => {
      const refused = data.items.filter((i) => i.code);
      const done = data.items.length - refused.length;
      if (refused.length > 0)
        failed(`${plural(refused.length, "request")} could not be decided`, refused[0]?.detail ?? "");
      if (done > 0) told(`${plural(done, "request")} decided`, null);
    },
    onError: (error) => failed("Nothing was decided", sentence(error)),
    onSettled: refresh,
  });
  return { one, many };
}
