import { CalendarClock, Flag } from "lucide-react";
import type { ReactNode } from "react";
import { useFields } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import { Editor, type FieldValue } from "@/components/crm/editor";
import { FieldTag } from "@/components/crm/live/field-tag";
import { useField } from "@/components/crm/live/here";
import { useOpened } from "@/components/crm/live/use-opened";
import { useEditing } from "@/components/crm/presence";
import { useEdit } from "@/components/crm/use-edit";
import { Button } from "@/components/ui/button";
import { personColours, PersonMark } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import { date, daysUntil } from "@/lib/format";
import { editOf, FIELDS } from "./fields";

type Part = "next_step" | "follow_up_date";

/** What is to happen next with a deal, and when one gets back to it. */
export function NextStep({ o }: { o: Opportunity }) {
  const save = useEdit<Opportunity>("opportunities");
  const fields = useFields("opportunity");
  const set = (part: Part) => (value: FieldValue) => save(editOf(o, FIELDS[part], value));
  const step = usePart(o, "next_step", set("next_step"), o.next_step);
  const day = usePart(o, "follow_up_date", set("follow_up_date"), o.follow_up_date && date(o.follow_up_date));
  const may = (part: Part) => o.may.update && !fields.locks(part);
  if (fields.hides("next_step") || (o.stage.kind !== "open" && !o.next_step)) return null;
  if (step.editor ?? day.editor) return <Strip>{step.editor ?? day.editor}</Strip>;
  return (
    <Strip>
      {o.next_step ? (
        <span className="relative flex min-w-0 flex-1 items-center gap-2.5">
          <span className="shrink-0 text-fg-3 max-md:sr-only">Next step</span>
          <button
            type="button"
            disabled={!may("next_step")}
            onClick={step.open}
            className="min-w-0 flex-1 truncate text-left font-medium text-fg"
          >
            <span style={step.wash} className="rounded-sm transition-colors duration-500">
              {o.next_step}
            </span>
          </button>
          {step.tag}
        </span>
      ) : (
        <span className="relative flex-1 font-medium text-warn-text">No next step {step.tag}</span>
      )}
      {!fields.hides("follow_up_date") && (
        <span className="relative" style={day.wash}>
          <FollowUp o={o} may={may("follow_up_date")} onEdit={day.open} />
          {day.tag}
        </span>
      )}
      {o.next_step && <PersonMark id={o.owner.id} name={o.owner.name} />}
      {may("next_step") &&
        (o.next_step ? (
          <Button size="row" onClick={() => set("next_step")(null)}>
            Done
          </Button>
        ) : (
          <Button size="row" onClick={step.open}>
            Add
          </Button>
        ))}
    </Strip>
  );
}

/** One of the two: its editor while it is open, and what others do to it. */
function usePart(o: Opportunity, part: Part, onSave: (value: FieldValue) => void, shown: ReactNode) {
  const { mark, closed } = useField(part);
  const { opened, open, shut, theirs, save } = useOpened({ value: o[part] ?? null, onSave, shown, mark });
  useEditing(opened ? part : undefined);
  const { kind, label } = FIELDS[part];
  return {
    open,
    wash: mark?.fresh ? { background: personColours(mark.who.id).background } : undefined,
    tag: <FieldTag field={part} mark={mark} className="top-px right-0" />,
    editor: opened && (
      <Editor
        kind={kind}
        label={label}
        value={opened.value}
        currency=""
        theirs={theirs}
        closed={closed}
        onCancel={shut}
        onSave={save}
      />
    ),
  };
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
