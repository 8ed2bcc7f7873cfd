/** The dialogs of a card's quick actions. */
import { useStages } from "@/api/shared";
import type { Opportunity, Ref } from "@/api/types";
import { RefList } from "@/components/crm/pickers";
import { useEdit } from "@/components/crm/use-edit";
import { Overlay } from "@/components/ui/overlay";
import type { Doing } from "./card-quick";
import { CardEdit } from "./card-edit";
import { CloseDialog } from "./close-dialog";
import { editOf, FIELDS } from "./fields";
import type { OnMove } from "./use-move";

export function QuickDialog({ doing, onMove, onClose }: { doing: Doing; onMove: OnMove; onClose: () => void }) {
  const { o, what } = doing;
  const stages = useStages(o.pipeline_id);
  if (what === "edit") return <CardEdit o={o} onClose={onClose} />;
  if (what === "assign") return <Assign o={o} onClose={onClose} />;
  const stage = stages.find((s) => s.kind === what);
  return stage && <CloseDialog o={o} stage={stage} onMove={onMove} onClose={onClose} />;
}

function Assign({ o, onClose }: { o: Opportunity; onClose: () => void }) {
  const save = useEdit<Opportunity>("opportunities");
  const pick = (owner: Ref | null) => {
    if (owner && owner.id !== o.owner.id) save(editOf(o, FIELDS.owner, owner));
    onClose();
  };
  return (
    <Overlay open onOpenChange={(open) => !open && onClose()} title="Assign" description={o.name}>
      <div className="-mx-2 -my-1">
        <RefList kind="user" value={o.owner} onPick={pick} />
      </div>
    </Overlay>
  );
}
