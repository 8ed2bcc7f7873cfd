/** A label over its value; the value turns into a field where it stands. */
import { Lock } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { personColours } from "@/components/ui/marks";
import { Tip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import { Editor, type EditorProps, type FieldValue } from "./editor";
import { FieldTag } from "./live/field-tag";
import { useField } from "./live/here";
import type { Mark } from "./live/marks";
import { useOpened } from "./live/use-opened";
import { useEditing } from "./presence";

type FactProps = Omit<EditorProps, "onSave" | "onCancel" | "theirs" | "closed"> & {
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
  const { mark, closed } = useField(field);
  const { opened, open, shut, theirs, save } = useOpened({ value: props.value, onSave: props.onSave, shown, mark });
  useEditing(opened ? field : undefined);
  const value = useRef<HTMLSpanElement>(null);
  if (hidden) return null;
  const lock = closed ?? locked;
  /** Whoever has chosen goes on from the field. */
  const take = () => {
    shut();
    requestAnimationFrame(() => value.current?.querySelector("button")?.focus());
  };
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
          theirs={theirs && { ...theirs, onTake: take }}
          closed={lock && CLOSED}
          onCancel={shut}
          onSave={save}
        />
      ) : (
        <span ref={value} className="relative flex min-w-0 items-center gap-1">
          <Value label={props.label} shown={shown} lock={lock} mark={mark} onOpen={open} />
          {link}
          <FieldTag field={field} mark={mark} className={row ? "top-1.5 right-0" : "top-full left-0 -mt-0.5"} />
        </span>
      )}
    </div>
  );
}

const CLOSED = "This can no longer be changed here.";

function Value(props: {
  label: string;
  shown: ReactNode;
  lock: string | undefined;
  mark: Mark | undefined;
  onOpen: () => void;
}) {
  const { shown, lock, mark } = props;
  const empty = shown === null || shown === "" || shown === undefined;
  const wash = mark?.fresh ? { background: personColours(mark.who.id).background } : undefined;
  if (lock)
    return (
      <Tip label={lock}>
        <span
          tabIndex={0}
          style={wash}
          className="flex min-h-[26px] min-w-0 items-center gap-1.5 rounded-sm text-fg transition-colors duration-500"
        >
          <span className="truncate">{empty ? "—" : shown}</span>
          <Lock className="size-3 shrink-0 text-fg-3" aria-label="read only" />
        </span>
      </Tip>
    );
  return (
    <button
      type="button"
      onClick={props.onOpen}
      style={wash}
      className="-ml-1.5 flex min-h-[26px] min-w-0 items-center rounded-sm px-1.5 text-left font-medium text-fg transition-colors duration-500 hover:bg-muted pointer-coarse:min-h-8"
    >
      <span className="sr-only">Edit {props.label}: </span>
      <span className="truncate">{empty ? <span className="font-normal text-fg-3">Add</span> : shown}</span>
    </button>
  );
}
