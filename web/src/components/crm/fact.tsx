/** A label over its value; the value turns into a field where it stands. */
import { Lock } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { PersonMark } from "@/components/ui/marks";
import { Tip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import { Editor, type EditorProps, type FieldValue } from "./editor";
import { editing, others } from "./presence";
import { same } from "./same";

type FactProps = Omit<EditorProps, "onSave" | "onCancel"> & {
  shown: ReactNode;
  /** The API's name of the field, for others to see that it is being edited. */
  field?: string | undefined;
  onSave: (value: FieldValue) => void;
  /** Why it can't be edited here, when it can't. */
  locked?: string | undefined;
  /** The reader's role does not show it: nothing is drawn. */
  hidden?: boolean;
  /** label beside the value, as in a details table */
  row?: boolean;
  /** The record that the value names, as a link beside it. */
  link?: ReactNode;
};

export function Fact({ shown, field, locked, hidden = false, row = false, link, className, ...props }: FactProps) {
  // An edit is made against what was there when it was opened, whatever comes in from others meanwhile.
  const [opened, setOpened] = useState<Pick<FactProps, "value" | "onSave"> | null>(null);
  const open = opened !== null;
  useEffect(() => {
    if (!open || !field) return undefined;
    editing.set(field);
    return () => editing.set(null);
  }, [open, field]);
  const busy = others.use().find((p) => p.field !== null && p.field === field);
  if (hidden) return null;
  const empty = shown === null || shown === "" || shown === undefined;
  return (
    <div
      className={cn(
        row ? "grid grid-cols-[140px_minmax(0,1fr)] items-center gap-2 py-0.5" : "flex min-w-0 flex-col",
        className,
      )}
    >
      <span className={cn("text-meta text-fg-3", row && "text-cell")}>{props.label}</span>
      {opened ? (
        <Editor
          {...props}
          value={opened.value}
          onCancel={() => setOpened(null)}
          onSave={(value) => {
            setOpened(null);
            if (!same(value, opened.value)) opened.onSave(value);
          }}
        />
      ) : (
        <span className="flex min-w-0 items-center gap-1">
          {locked ? (
            <Tip label={locked}>
              <span tabIndex={0} className="flex min-h-[26px] min-w-0 items-center gap-1.5 rounded-sm text-fg">
                <span className="truncate">{empty ? "—" : shown}</span>
                <Lock className="size-3 shrink-0 text-fg-3" aria-label="read only" />
              </span>
            </Tip>
          ) : (
            <button
              type="button"
              onClick={() => setOpened({ value: props.value, onSave: props.onSave })}
              className="-ml-1.5 flex min-h-[26px] min-w-0 items-center rounded-sm px-1.5 text-left font-medium text-fg hover:bg-muted pointer-coarse:min-h-8"
            >
              <span className="sr-only">Edit {props.label}: </span>
              <span className="truncate">{empty ? <span className="font-normal text-fg-3">Add</span> : shown}</span>
            </button>
          )}
          {link}
          {busy && (
            <span className="flex shrink-0 items-center gap-1 text-meta text-accent-text">
              <PersonMark id={busy.user.id} name={busy.user.name} size={16} /> editing
            </span>
          )}
        </span>
      )}
    </div>
  );
}
