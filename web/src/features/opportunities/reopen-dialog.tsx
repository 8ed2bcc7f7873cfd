import { useState, type SyntheticEvent } from "react";
import { post } from "@/api/client";
import { useStages } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { usePart } from "./parts-query";

const NAMES = { reason: "reason", stage_id: "stage" } as const;

export function ReopenDialog({ o, onClose }: { o: Opportunity; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [stage, setStage] = useState("");
  const { errors, above, check, land } = useLanding(NAMES);
  const open = useStages(o.pipeline_id).filter((s) => s.kind === "open");
  const reopen = usePart(
    () =>
      post("/opportunities/{id}/reopening", {
        path: { id: o.id },
        body: { reason, ...(stage ? { stage_id: stage } : {}), version: o.version },
      }),
    () => "The deal is open again",
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (check(reason.trim() ? {} : { reason: "Say why." })) reopen.mutate(undefined, { onSuccess: onClose });
  };
  return (
    <Overlay
      open
      onOpenChange={(on) => !on && onClose()}
      title="Reopen"
      description={`How ${o.name} was closed stays in its history.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="reopen-deal" busy={reopen.isPending && "Reopening"}>
            Reopen
          </Button>
        </>
      }
    >
      <form id="reopen-deal" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label="Why" required error={errors.reason}>
          {(w) => (
            <Textarea {...w} autoFocus value={reason} maxLength={2000} onChange={(e) => setReason(e.target.value)} />
          )}
        </Field>
        <Field label="Goes on in" error={errors.stage}>
          {(w) => (
            <Select {...w} value={stage} onChange={(e) => setStage(e.target.value)}>
              <option value="">The stage it was in last</option>
              {open.map((s) => (
                <option key={s.id} value={s.id}>
                  {s.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Overlay>
  );
}
