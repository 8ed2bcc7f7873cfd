import { Flag } from "lucide-react";
import { useState } from "react";
import { useFields } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import { Editor } from "@/components/crm/editor";
import { useEdit } from "@/components/crm/use-edit";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { editOf, FIELDS } from "./fields";

export function NextStep({ o }: { o: Opportunity }) {
  /** The deal as it was when the field was opened. */
  const [editing, setEditing] = useState<Opportunity | null>(null);
  const save = useEdit<Opportunity>("opportunities");
  const set = (value: string | null) => {
    setEditing(null);
    const seen = editing ?? o;
    if (value !== (seen.next_step ?? null)) save(editOf(seen, FIELDS.next_step, value));
  };
  const fields = useFields("opportunity");
  const may = o.may.update && !fields.locks("next_step");
  if (fields.hides("next_step") || (o.stage.kind !== "open" && !o.next_step)) return null;
  return (
    <div className="flex min-h-[42px] items-center gap-2.5 rounded-lg border border-line-strong bg-surface px-3 py-1.5 text-cell shadow-1">
      <Flag className="size-4 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
      {editing ? (
        <Editor
          kind="text"
          label="Next step"
          value={editing.next_step ?? null}
          currency=""
          onCancel={() => setEditing(null)}
          onSave={(v) => set(v as string | null)}
        />
      ) : o.next_step ? (
        <>
          <span className="shrink-0 text-fg-3 max-md:sr-only">Next step</span>
          <button
            type="button"
            disabled={!may}
            onClick={() => setEditing(o)}
            className="min-w-0 flex-1 truncate text-left font-medium text-fg"
          >
            {o.next_step}
          </button>
          <PersonMark id={o.owner.id} name={o.owner.name} />
          {may && (
            <Button size="row" onClick={() => set(null)}>
              Done
            </Button>
          )}
        </>
      ) : (
        <>
          <span className="flex-1 font-medium text-warn-text">No next step</span>
          {may && (
            <Button size="row" onClick={() => setEditing(o)}>
              Add
            </Button>
          )}
        </>
      )}
    </div>
  );
}
