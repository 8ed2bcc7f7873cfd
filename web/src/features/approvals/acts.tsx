import { useMutation } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Approval, Ref } from "@/api/types";
import { RefPicker } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Overlay } from "@/components/ui/overlay";
import { failed, told } from "@/components/ui/toast";
import { useRefresh } from "./use-decide";

/** What one may do beside deciding: take it back, pass it on. */
export function Acts({ approval: a }: { approval: Approval }) {
  const refresh = useRefresh();
  const [passing, setPassing] = useState(false);
  const path = { id: a.id };
  const recall = useMutation({
    mutationFn: () => post("/approvals/{id}/recall", { path, body: {} }),
    onSuccess: () => told("Recalled"),
    onError: (error) => failed("This was not recalled", sentence(error)),
    onSettled: refresh,
  });
  if (!a.may.recall && !a.may.decide) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {a.may.decide && <Button onClick={() => setPassing(true)}>Pass on…</Button>}
      {a.may.recall && (
        <Button busy={recall.isPending && "Recalling"} onClick={() => recall.mutate()}>
          Recall
        </Button>
      )}
      {passing && <PassOn approval={a} onClose={() => setPassing(false)} />}
    </div>
  );
}

function PassOn({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const refresh = useRefresh();
  const [to, setTo] = useState<Ref | null>(null);
  const pass = useMutation({
    mutationFn: (user_id: string) =>
      post("/approvals/{id}/delegation", { path: { id: approval.id }, body: { user_id } }),
    onSuccess: () => {
      told(`Passed on to ${to?.name ?? "them"}`);
      onClose();
    },
    onError: (error) => failed("This was not passed on", sentence(error)),
    onSettled: refresh,
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Pass it on"
      description="They decide in your place, this once."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!to}
            busy={pass.isPending && "Passing on"}
            onClick={() => to && pass.mutate(to.id)}
          >
            Pass on
          </Button>
        </>
      }
    >
      <Suspense>
        <Field label="To whom">{(w) => <RefPicker id={w.id} kind="user" value={to} onChange={setTo} />}</Field>
      </Suspense>
    </Overlay>
  );
}
