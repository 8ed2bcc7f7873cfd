import { CalendarClock, Flag } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useFields } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import { Editor, type FieldValue } from "@/components/crm/editor";
import { useEdit } from "@/components/crm/use-edit";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import { date, daysUntil } from "@/lib/format";
import { editOf, FIELDS } from "./fields";

type Part = "next_step" | "follow_up_date";

/** What is to happen next with a deal, and when one gets back to it. */
export function NextStep({ o }: { o: Opportunity }) {
  /** What is being edited, and the deal as it was when the field was opened. */
  const [editing, setEditing] = useState<{ part: Part; seen: Opportunity } | null>(null);
  const save = useEdit<Opportunity>("opportunities");
  const set = (part: Part, value: FieldValue) => {
    setEditing(null);
    const seen = editing?.seen ?? o;
    if (value !== (seen[part] ?? null)) save(editOf(seen, FIELDS[part], value));
  };
  const fields = useFields("opportunity");
  const may = (part: Part) => o.may.update && !fields.locks(part);
  if (fields.hides("next_step") || (o.stage.kind !== "open" && !o.next_step)) return null;
  const edit = (part: Part) => setEditing({ part, seen: o });
  if (editing) {
    return (
      <Strip>
        <Editor
          kind={FIELDS[editing.part].kind}
          label={FIELDS[editing.part].label}
          value={editing.seen[editing.part] ?? null}
          currency=""
          onCancel={() => setEditing(null)}
          onSave={(value) => set(editing.part, value)}
        />
      </Strip>
    );
  }
  return (
    <Strip>
      {o.next_step ? (
        <>
          <span className="shrink-0 text-fg-3 max-md:sr-only">Next step</span>
          <button
            type="button"
            disabled={!may("next_step")}
            onClick={() => edit("next_step")}
            className="min-w-0 flex-1 truncate text-left font-medium text-fg"
          >
            {o.next_step}
          </button>
        </>
      ) : (
        <span className="flex-1 font-medium text-warn-text">No next step</span>
      )}
      {!fields.hides("follow_up_date") && (
        <FollowUp o={o} may={may("follow_up_date")} onEdit={() => edit("follow_up_date")} />
      )}
      {o.next_step && <PersonMark id={o.owner.id} name={o.owner.name} />}
      {may("next_step") &&
        (o.next_step ? (
          <Button size="row" onClick={() => set("next_step", null)}>
            Done
          </Button>
        ) : (
          <Button size="row" onClick={() => edit("next_step")}>
            Add
          </Button>
        ))}
    </Strip>
  );
}

function Strip({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-[42px] items-center gap-2.5 rounded-lg border border-line-strong bg-surface px-3 py-1.5 text-cell shadow-1">
      <Flag className="size-4 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
      {children}
    </div>
  );
}

function FollowUp({ o, may, onEdit }: { o: Opportunity; may: boolean; onEdit: () => void }) {
  const day = o.follow_up_date;
  if (!day && !may) return null;
  const late = typeof day === "string" && daysUntil(day) < 0;
  return (
    <Button
      variant="quiet"
      size="row"
      disabled={!may}
      onClick={onEdit}
      className={cn(late ? "text-bad-text" : "text-fg-3")}
      aria-label={day ? `Follow-up: ${date(day)}${late ? ", past" : ""}` : "Set a follow-up date"}
    >
      <CalendarClock />
      {day ? date(day) : <span className="max-md:hidden">Follow-up</span>}
    </Button>
  );
}
