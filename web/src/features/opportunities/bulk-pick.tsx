/** What the bulk bar asks of opportunities: to which stage, and for a lost one why. */
import { ArrowRightLeft } from "lucide-react";
import { useState } from "react";
import { stageChoices, useOptions, usePipelines } from "@/api/shared";
import type { Stage } from "@/api/types";
import { Button } from "@/components/ui/button";
import { ChoiceList } from "@/components/ui/combobox";
import { Popover } from "@/components/ui/popover";
import { StageRing } from "@/components/ui/stage-ring";

export function MoveTo({ onPick }: { onPick: (stage: Stage, lostReason?: string) => void }) {
  const stages = stageChoices(usePipelines());
  const reasons = useOptions("loss_reason");
  const [open, setOpen] = useState(false);
  const [lost, setLost] = useState<Stage | null>(null);
  const close = (next: boolean) => {
    setOpen(next);
    setLost(null);
  };
  return (
    <Popover
      open={open}
      onOpenChange={close}
      side="top"
      trigger={
        <Button variant="quiet">
          <ArrowRightLeft /> Move stage
        </Button>
      }
    >
      {lost ? (
        <ChoiceList
          key="reason"
          choices={reasons.map((r) => ({ value: r.id, label: r.name }))}
          selected={[]}
          placeholder="Why were they lost?"
          onPick={(c) => {
            close(false);
            onPick(lost, c.value);
          }}
        />
      ) : (
        <ChoiceList
          key="stage"
          choices={stages.map(({ stage, label }) => ({
            value: stage.id,
            label,
            mark: <StageRing kind={stage.kind} probability={stage.probability} />,
          }))}
          selected={[]}
          placeholder="Choose a stage"
          onPick={(c) => {
            const stage = stages.find((s) => s.stage.id === c.value)?.stage;
            if (stage?.kind === "lost") return setLost(stage);
            close(false);
            if (stage) onPick(stage);
          }}
        />
      )}
    </Popover>
  );
}
