/** The kill switch. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { useState } from "react";
import { put, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { GuardrailsInForce } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { guardrailsQuery } from "./queries";

export function StopCard({ stopped }: { stopped: NonNullable<GuardrailsInForce["stopped"]> | null }) {
  const client = useQueryClient();
  const mayWrite = useMay("guardrail", "update");
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const settled = () => client.invalidateQueries({ queryKey: guardrailsQuery().queryKey });
  const stop = useMutation({
    mutationFn: () => put("/guardrails/stop", { body: { reason } }),
    onSuccess: () => {
      setAsking(false);
      setReason("");
      told("The assistant is stopped, everywhere");
    },
    onSettled: settled,
  });
  const resume = useMutation({
    mutationFn: () => remove("/guardrails/stop", {}),
    onSuccess: () => told("The assistant runs again"),
    onError: (error) => failed("It is still stopped", sentence(error)),
    onSettled: settled,
  });
  return (
    <Card
      title={<>Kill switch {stopped ? <Badge kind="bad">Stopped</Badge> : <Badge kind="ok">Running</Badge>}</>}
      aside={
        mayWrite &&
        (stopped ? (
          <Button size="row" busy={resume.isPending && "Starting"} onClick={() => resume.mutate()}>
            Let it run again
          </Button>
        ) : (
          <Button size="row" variant="danger" onClick={() => setAsking(true)}>
            <OctagonX /> Stop the assistant
          </Button>
        ))
      }
    >
      <p className="px-4 py-3 text-cell text-fg-2">
        {stopped
          ? `${stopped.by?.name ?? "Somebody"} stopped it, ${dateTime(stopped.at)}: ${stopped.reason}`
          : "Stops every run before its next step, every tool by every path, and every call of a model. What waits for approval stays."}
      </p>
      {asking && (
        <Confirm
          title="Stop the assistant"
          description="For everybody, at once, until it is let run again."
          verb="Stop the assistant"
          doing="Stopping"
          pending={stop.isPending}
          disabled={reason.trim() === ""}
          error={stop.error ? sentence(stop.error) : null}
          onConfirm={() => stop.mutate()}
          onClose={() => setAsking(false)}
        >
          <Field label="Why" required hint="People see this when they ask it something.">
            {(w) => (
              <Input {...w} autoFocus maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} />
            )}
          </Field>
        </Confirm>
      )}
    </Card>
  );
}
