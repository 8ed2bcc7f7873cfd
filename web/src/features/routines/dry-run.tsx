import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Ref, Routine, RoutineDryRun } from "@/api/types";
import { Lines } from "@/components/crm/routines/lines";
import { RefPicker } from "@/components/crm/pickers";
import { after } from "@/components/crm/show-value";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Overlay } from "@/components/ui/overlay";
import { Card } from "@/components/ui/states";

/** What a routine would say now. Nothing is written or sent. */
export function DryRun({ routine, onClose }: { routine: Routine; onClose: () => void }) {
  const [person, setPerson] = useState<Ref | null>(null);
  const run = useMutation({
    mutationFn: () =>
      post("/routines/{kind}/dry-run", { path: { kind: routine.kind }, body: { user_id: person?.id ?? null } }),
  });
  return (
    <Overlay
      open
      shape="wide"
      onOpenChange={(open) => !open && onClose()}
      title={`Try “${routine.name}”`}
      description="What it would tell this person now. Nothing is written or sent."
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button variant="primary" busy={run.isPending && "Trying"} onClick={() => run.mutate()}>
            Try it
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="For" error={run.error ? sentence(run.error) : undefined}>
          {(w) => <RefPicker id={w.id} kind="user" value={person} onChange={setPerson} placeholder="Me" />}
        </Field>
        {run.data && <Told told={run.data.data} />}
      </div>
    </Overlay>
  );
}

function Told({ told }: { told: RoutineDryRun }) {
  return (
    <>
      <Card title={told.title} aside={<span className="text-meta text-fg-3">{told.ms} ms</span>}>
        <Lines lines={told.lines} leftOut={told.left_out} />
      </Card>
      {told.drafts.length > 0 && (
        <Card dashed title="It would propose">
          <ul>
            {told.drafts.map((draft) => (
              <li key={draft.line} className="border-b border-line px-4 py-2 text-cell last:border-0">
                <p className="text-fg">{draft.diff.map((field) => `${field.label}: ${after(field)}`).join(" · ")}</p>
                <p className="text-meta text-fg-3">{draft.reason}</p>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}
