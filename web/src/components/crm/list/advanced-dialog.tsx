/** The editor of filters with groups: conditions and groups of them, all, any or none of which must hold. */
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { AdvancedGroup } from "./advanced-group";
import { isBare } from "./search";
import type { ListSpec } from "./spec";
import { isGroup, type Group, type Item } from "./tree";

/** Without conditions that have no value yet, and groups that have no conditions. */
function whole(group: Group): Group | null {
  const items = group.items.flatMap((item): Item[] => {
    if (isGroup(item)) return whole(item) ? [whole(item) as Group] : [];
    return isBare(item.op) || (item.values.length > 0 && item.values.every(Boolean)) ? [item] : [];
  });
  return items.length > 0 ? { ...group, items } : null;
}

const count = (group: Group): number => group.items.reduce((n, item) => n + (isGroup(item) ? count(item) : 1), 0);

export function AdvancedDialog(props: {
  spec: ListSpec;
  group: Group;
  onClose: () => void;
  onSave: (group: Group | null) => void;
}) {
  const [group, setGroup] = useState(props.group);
  const [refused, setRefused] = useState(false);
  const kept = whole(group);
  const open = kept ? count(group) - count(kept) : count(group);
  const save = () => {
    if (open > 0) setRefused(true);
    else props.onSave(kept);
  };
  return (
    <Overlay
      open
      shape="wide"
      onOpenChange={(on) => !on && props.onClose()}
      title="Advanced filter"
      description={`Which ${props.spec.noun[1]} are listed, besides the filters beside it.`}
      footer={
        <>
          {refused && open > 0 && (
            <p role="alert" className="mr-auto text-meta text-bad-text">
              {open === 1 ? "One condition has no value." : `${open} conditions have no value.`}
            </p>
          )}
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" onClick={save}>
            Apply
          </Button>
        </>
      }
    >
      <AdvancedGroup spec={props.spec} group={group} depth={0} refused={refused} onChange={setGroup} />
    </Overlay>
  );
}
