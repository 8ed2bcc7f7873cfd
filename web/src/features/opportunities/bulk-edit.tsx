/** Any field of the chosen opportunities set to one value. */
import { TextCursorInput } from "lucide-react";
import { useState } from "react";
import { useFields, useMe, useOptions } from "@/api/shared";
import { Editor, type FieldValue } from "@/components/crm/editor";
import { Button } from "@/components/ui/button";
import { ChoiceList } from "@/components/ui/combobox";
import { Popover } from "@/components/ui/popover";
import type { BulkWork } from "@/components/crm/list/bulk";
import type { Run } from "@/components/crm/list/bulk-bar";
import { MoveTo } from "./bulk-pick";
import { bodyOf, FIELDS, type FieldDef } from "./fields";

/** What the bulk bar does with opportunities beyond what it does with all records. */
export function OpportunityVerbs({ run }: { run: Run }) {
  return (
    <>
      <MoveTo
        onPick={(stage, reason) =>
          run("Moving", `moved to ${stage.name}`, {
            set: { stage_id: stage.id, ...(reason ? { lost_reason_id: reason } : {}) },
          })
        }
      />
      <SetField onPick={(label, work) => run(`Setting ${label.toLowerCase()} of`, "changed", work)} />
    </>
  );
}

/** Those that the bar has buttons of their own for, and the name, which is each one's own. */
const APART = new Set([
  "name",
  "owner",
  "tags",
  "lost_reason_id",
  "lost_notes",
  "lost_to_id",
  "won_reason_id",
  "won_notes",
]);

function SetField({ onPick }: { onPick: (label: string, work: BulkWork) => void }) {
  const [open, setOpen] = useState(false);
  const [def, setDef] = useState<FieldDef | null>(null);
  const { locks } = useFields("opportunity");
  const all: FieldDef[] = Object.values(FIELDS);
  const choices = all.filter((f) => !APART.has(f.field) && !locks(f.field));
  const close = (next: boolean) => {
    setOpen(next);
    setDef(null);
  };
  return (
    <Popover
      open={open}
      onOpenChange={close}
      side="top"
      trigger={
        <Button variant="quiet">
          <TextCursorInput /> Set field
        </Button>
      }
    >
      {def ? (
        <FieldEditor
          def={def}
          onCancel={() => close(false)}
          onSave={(value) => {
            close(false);
            onPick(def.label, { set: bodyOf(def, value) });
          }}
        />
      ) : (
        <ChoiceList
          choices={choices.map((f) => ({ value: f.field, label: f.label }))}
          selected={[]}
          placeholder="Which field?"
          onPick={(c) => setDef(all.find((f) => f.field === c.value) ?? null)}
        />
      )}
    </Popover>
  );
}

function FieldEditor(props: { def: FieldDef; onSave: (value: FieldValue) => void; onCancel: () => void }) {
  const { def } = props;
  const { currency } = useMe().organisation;
  const options = useOptions(def.options ?? "source");
  const choices = def.choices ?? (def.options ? options.map((o) => ({ value: o.id, label: o.name })) : undefined);
  return (
    <div className="min-w-56 p-2">
      <p className="pb-1 text-meta font-medium text-fg-2">{def.label}</p>
      <Editor
        kind={def.kind}
        label={def.label}
        value={null}
        currency={currency}
        clearable={def.clearable}
        {...(choices ? { choices } : {})}
        onCancel={props.onCancel}
        onSave={(value) => props.onSave(value)}
      />
    </div>
  );
}
