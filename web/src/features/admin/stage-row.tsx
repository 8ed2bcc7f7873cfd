import { Asterisk, Gauge, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { patch, remove } from "@/api/client";
import type { Stage } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ColourDot } from "@/components/ui/colour";
import { InlineText } from "@/components/ui/inline-text";
import { StageRing } from "@/components/ui/stage-ring";
import { told } from "@/components/ui/toast";
import { plural } from "@/lib/format";
import { ReplaceDialog } from "./replace-dialog";
import { REQUIRABLE } from "@/components/crm/required-fields";
import { StageForm } from "./stage-form";
import { useSave } from "./use-save";

export function StageRow({ stage, stages, may }: { stage: Stage; stages: Stage[]; may: boolean }) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const path = { id: stage.id };
  const rename = useSave((name: string) => patch("/stages/{id}", { path, body: { name }, ifMatch: stage.version }));
  const refresh = useSave(() => Promise.resolve());
  const asked = stage.required_fields.map((f) => REQUIRABLE[f] ?? f).join(", ");
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2 py-1">
      <StageRing kind={stage.kind} probability={stage.probability} />
      {stage.colour && <ColourDot colour={stage.colour} />}
      <InlineText
        label="Stage"
        value={stage.name}
        disabled={!may}
        className="font-medium text-fg"
        onSave={(name) => rename.mutate(name)}
      />
      <span className="ml-auto flex shrink-0 items-center gap-1.5">
        {stage.required_fields.length > 0 && (
          <Badge title={`Asks for ${asked}`} className="max-sm:hidden">
            <Asterisk aria-hidden /> {plural(stage.required_fields.length, "field")}
          </Badge>
        )}
        {stage.wip_limit != null && (
          <Badge
            title={
              stage.wip_policy === "block"
                ? "It takes no more deals than this at once"
                : "More deals than this are too many at once: the board warns"
            }
            className="max-sm:hidden"
          >
            <Gauge aria-hidden /> at most {stage.wip_limit}
            {stage.wip_policy === "block" && ", no more"}
          </Badge>
        )}
        <span className="w-11 text-right text-fg-3 tnum">{stage.probability} %</span>
        {may && (
          <>
            <Button variant="quiet" size="icon" aria-label={`Edit ${stage.name}`} onClick={() => setOpen("edit")}>
              <Pencil />
            </Button>
            <Button variant="quiet" size="icon" aria-label={`Delete ${stage.name}`} onClick={() => setOpen("delete")}>
              <Trash2 />
            </Button>
          </>
        )}
      </span>
      {open === "edit" && <StageForm stage={stage} onClose={() => setOpen(null)} />}
      {open === "delete" && (
        <ReplaceDialog
          what="stage"
          name={stage.name}
          counted="deal"
          others={stages.filter((s) => s.id !== stage.id && s.kind === stage.kind)}
          remove={(replacement_id) =>
            remove("/stages/{id}", { path, query: { replacement_id }, ifMatch: stage.version })
          }
          onDone={() => {
            setOpen(null);
            refresh.mutate(undefined);
            told(`Deleted ${stage.name}`);
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}
