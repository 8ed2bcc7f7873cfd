import { useState, type SyntheticEvent } from "react";
import { patch } from "@/api/client";
import type { HierarchyNode, Ref } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { useWrite } from "@/components/crm/use-write";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Overlay } from "@/components/ui/overlay";
import { isWithin } from "./tree";

const NAMES = { parent_id: "parent" } as const;

/** Puts an account below another one. */
export function MoveBelow(props: { node: HierarchyNode; nodes: HierarchyNode[]; onClose: () => void }) {
  const { node } = props;
  const [parent, setParent] = useState<Ref | null>(null);
  const { errors, above, check, land } = useLanding(NAMES);
  const save = useWrite(
    (to: Ref) => patch("/accounts/{id}", { path: { id: node.id }, body: { parent_id: to.id }, ifMatch: node.version }),
    (to) => `${node.name} stands below ${to.name}`,
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const ring = parent && isWithin(props.nodes, parent.id, node.id);
    const wrong = !parent ? "Choose an account." : ring ? "That account is this one, or stands below it." : null;
    if (check(wrong ? { parent: wrong } : {}) && parent) save.mutate(parent, { onSuccess: props.onClose });
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={`Move ${node.name}`}
      description="What stands below it moves with it."
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="move-below" busy={save.isPending && "Moving"}>
            Move account
          </Button>
        </>
      }
    >
      <form id="move-below" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label="Below" required error={errors.parent}>
          {(w) => (
            <RefPicker id={w.id} kind="account" value={parent} onChange={setParent} placeholder="Find an account" />
          )}
        </Field>
      </form>
    </Overlay>
  );
}
