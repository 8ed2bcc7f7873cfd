import { Check } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import type { Word } from "./use-decide";

/** Approve, or reject with a reason. */
export function DecideBar(props: { busy: boolean; onSay: (word: Word) => void; label?: string }) {
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  if (!rejecting) {
    return (
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" busy={props.busy && "Deciding"} onClick={() => props.onSay({ verdict: "approve" })}>
          <Check /> Approve{props.label}
        </Button>
        <Button disabled={props.busy} onClick={() => setRejecting(true)}>
          Reject…
        </Button>
      </div>
    );
  }
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        if (reason.trim() === "") setMissing(true);
        else props.onSay({ verdict: "reject", reason: reason.trim() });
      }}
    >
      <Field
        label="Why not"
        required
        error={missing && reason.trim() === "" ? "Say why, so that it can be mended." : undefined}
      >
        {(w) => (
          <Textarea
            {...w}
            rows={3}
            autoFocus
            maxLength={2000}
            value={reason}
            onChange={(e) => setReason(e.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="danger" busy={props.busy && "Rejecting"}>
          Reject{props.label}
        </Button>
        <Button disabled={props.busy} onClick={() => setRejecting(false)}>
          Back
        </Button>
      </div>
    </form>
  );
}
