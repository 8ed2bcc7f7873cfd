import { useState, type SyntheticEvent } from "react";
import { useFields, useOptions } from "@/api/shared";
import type { Opportunity, Stage } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { today } from "@/lib/format";
import type { OnMove } from "./use-move";

/**
 * The end of a deal: why, what there is to say of it, and to whom it was lost. It goes through the stage's gate, and stays
 * with what was typed when the move is refused.
 */
export function CloseDialog(props: { o: Opportunity; stage: Stage; onMove: OnMove; onClose: () => void }) {
  const { o, stage } = props;
  const lost = stage.kind === "lost";
  const fields = useFields("opportunity");
  const [v, setV] = useState({ reason: "", notes: "", rival: "", date: today() });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
  const reasons = useOptions(lost ? "loss_reason" : "win_reason");
  const rivals = useOptions("competitor");
  const names = lost
    ? { reason: "lost_reason_id", notes: "lost_notes" }
    : { reason: "won_reason_id", notes: "won_notes" };
  const missing = lost && v.reason === "" && !fields.locks(names.reason);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing) return;
    const extra = {
      ...(v.reason ? { [names.reason]: v.reason } : {}),
      ...(v.notes.trim() ? { [names.notes]: v.notes } : {}),
      ...(lost && v.rival ? { lost_to_id: v.rival } : {}),
      ...(v.date && !fields.locks("close_date") ? { close_date: v.date } : {}),
    };
    setBusy(true);
    props.onMove(stage, extra, (how) => {
      setBusy(false);
      if (how !== "refused") props.onClose();
    });
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={lost ? "Close as lost" : "Close as won"}
      description={o.name}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant={lost ? "danger" : "primary"} type="submit" form="close-deal" busy={busy && "Closing"}>
            {lost ? "Close as lost" : "Close as won"}
          </Button>
        </>
      }
    >
      <form id="close-deal" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {!fields.locks(names.reason) && (
          <Field label="Reason" required={lost} error={tried && missing ? "Say why." : undefined}>
            {(w) => (
              <Select {...w} autoFocus value={v.reason} onChange={(e) => set({ reason: e.target.value })}>
                <option value="">Choose</option>
                {reasons.map((r) => (
                  <option key={r.id} value={r.id}>
                    {r.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {lost && rivals.length > 0 && !fields.locks("lost_to_id") && (
          <Field label="Lost to">
            {(w) => (
              <Select {...w} value={v.rival} onChange={(e) => set({ rival: e.target.value })}>
                <option value="">Nobody named</option>
                {rivals.map((r) => (
                  <option key={r.id} value={r.id}>
                    {r.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {!fields.locks("close_date") && (
          <Field label="Closed on">
            {(w) => <Input {...w} type="date" value={v.date} onChange={(e) => set({ date: e.target.value })} />}
          </Field>
        )}
        {!fields.locks(names.notes) && (
          <Field label="Notes">
            {(w) => (
              <Textarea {...w} value={v.notes} maxLength={10000} onChange={(e) => set({ notes: e.target.value })} />
            )}
          </Field>
        )}
      </form>
    </Overlay>
  );
}
