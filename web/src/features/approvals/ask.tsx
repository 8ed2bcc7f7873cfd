import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ApprovalChoice } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { failed, told } from "@/components/ui/toast";
import { useRefresh } from "./use-decide";

/** Asks for an approval, with a word for those who decide. */
export function Ask(props: {
  object: "opportunity" | "lead";
  id: string;
  definition: ApprovalChoice;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  const refresh = useRefresh();
  const ask = useMutation({
    mutationFn: () => {
      const path = { id: props.id };
      const body = { definition_id: props.definition.id, ...(reason.trim() ? { reason: reason.trim() } : {}) };
      return props.object === "lead"
        ? post("/leads/{id}/approvals", { path, body })
        : post("/opportunities/{id}/approvals", { path, body });
    },
    onSuccess: () => {
      told("Asked for approval");
      props.onClose();
    },
    onError: (error) => failed("It was not asked for", sentence(error)),
    onSettled: refresh,
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={`Ask for approval: ${props.definition.name}`}
      description={props.definition.description || "What is to be approved is locked until it is decided or recalled."}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" busy={ask.isPending && "Asking"} onClick={() => ask.mutate()}>
            Ask
          </Button>
        </>
      }
    >
      <Field label="Why" hint="For those who decide.">
        {(w) => (
          <Textarea {...w} rows={4} maxLength={2000} value={reason} onChange={(e) => setReason(e.target.value)} />
        )}
      </Field>
    </Overlay>
  );
}
