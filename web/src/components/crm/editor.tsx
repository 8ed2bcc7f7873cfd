/** The field that replaces a value while it is edited: Enter saves, Esc restores, Tab saves and goes on. */
import { useId, useState, type ComponentProps, type FocusEvent, type KeyboardEvent } from "react";
import type { Money, Ref } from "@/api/types";
import type { Choice } from "@/components/ui/combobox";
import { cn } from "@/lib/cn";
import { parseAmount, parseTags } from "@/lib/parse";
import { Theirs, type TheirsProps } from "./live/theirs";
import type { RefKind } from "./pickers";
import { loadable } from "@/lib/loadable";

const ListEditor = loadable(() => import("./list-editor").then((m) => m.ListEditor));

export type FieldKind =
  "text" | "long" | "money" | "date" | "number" | "percent" | "choice" | "choices" | "tags" | RefKind;
export type FieldValue = string | number | Money | Ref | string[] | null;

export interface EditorProps {
  kind: FieldKind;
  label: string;
  value: FieldValue;
  currency: string;
  choices?: Choice[];
  clearable?: boolean;
  accountId?: string | undefined;
  /** `next`: Tab was pressed, so the next field wants to open. */
  onSave: (value: FieldValue, next: boolean) => void;
  onCancel: () => void;
  className?: string;
  /** What was typed before, and why it was refused. */
  draft?: FieldValue;
  error?: string;
  /** Somebody else has changed the field since it was opened. */
  theirs?: TheirsProps | undefined;
  /** Why nothing can be saved here any more: what was typed stays, to be copied. */
  closed?: string | undefined;
}

export const isRef = (kind: FieldKind): kind is RefKind => kind === "user" || kind === "account" || kind === "contact";

export function Editor(props: EditorProps) {
  if (isRef(props.kind) || props.kind === "choice" || props.kind === "choices") return <ListEditor {...props} />;
  return <TypedEditor {...props} />;
}

function asText(value: FieldValue): string {
  if (value === null) return "";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object") return "amount" in value ? value.amount.replace(/\.00$/, "") : value.name;
  return String(value);
}

/** What was typed as the field's value, or the reason why it can't be. */
function readTyped(kind: FieldKind, text: string, currency: string): { value: FieldValue } | { error: string } {
  const trimmed = text.trim();
  if (kind === "tags") return { value: parseTags(text) };
  if (trimmed === "") return { value: null };
  if (kind === "money") {
    const amount = parseAmount(trimmed);
    return amount === null ? { error: "Enter an amount, like 50,000 or 50k." } : { value: { amount, currency } };
  }
  if (kind === "number" || kind === "percent") {
    const parsed = Number(trimmed.replace("%", ""));
    if (!Number.isFinite(parsed)) return { error: "Enter a number." };
    if (kind === "percent" && (parsed < 0 || parsed > 100 || !Number.isInteger(parsed)))
      return { error: "Enter a whole number from 0 to 100." };
    return { value: parsed };
  }
  return { value: trimmed };
}

function TypedEditor(props: EditorProps) {
  const draft = props.draft === undefined ? null : asText(props.draft);
  const [text, setText] = useState(draft ?? asText(props.value));
  const [error, setError] = useState<string | null>(props.error ?? null);
  const notice = useId();
  const [begun, setBegun] = useState(false);
  const save = (next: boolean) => {
    if (props.closed) return;
    if (text === asText(props.value)) {
      if (next) props.onSave(props.value, true);
      else props.onCancel();
      return;
    }
    const money =
      props.kind === "money" && typeof props.value === "object" && props.value !== null && "currency" in props.value;
    const read = readTyped(props.kind, text, money ? (props.value as Money).currency : props.currency);
    if ("error" in read) {
      setError(read.error);
      return;
    }
    props.onSave(read.value, next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What is still being composed is not ready to be saved.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      props.onCancel();
    } else if (event.key === "Enter" && !(props.kind === "long" && event.shiftKey)) {
      event.preventDefault();
      save(false);
    } else if (event.key === "Tab" && !event.shiftKey && !theirs) {
      event.preventDefault();
      save(true);
    }
  };
  const { theirs } = props;
  const leave = (event: FocusEvent) => {
    if (event.currentTarget.closest("[data-slot=editor]")?.contains(event.relatedTarget)) return;
    // What was refused is not sent again unless it has been changed.
    if (error !== null && text === draft) props.onCancel();
    else save(false);
  };
  const shared = {
    autoFocus: true,
    "aria-label": props.label,
    "aria-invalid": error ? true : undefined,
    value: text,
    onKeyDown,
    readOnly: props.closed !== undefined,
    "aria-describedby": theirs || props.closed ? notice : undefined,
    onBlur: leave,
    className: cn(
      "w-full min-w-0 rounded-sm border-[1.5px] field-halo border-accent bg-bg px-1.5 text-cell text-fg",
      (props.kind === "money" || props.kind === "number" || props.kind === "percent") && "tnum",
      props.className,
    ),
    onChange: (e: { target: { value: string } }) => {
      setError(null);
      setText(e.target.value);
    },
    onFocus: (e: { target: { select: () => void } }) => {
      // Whoever comes back from the choice goes on where they were.
      if (props.kind !== "date" && !begun) e.target.select();
      setBegun(true);
    },
  } satisfies ComponentProps<"input"> & ComponentProps<"textarea">;
  return (
    <span data-slot="editor" className="relative block w-full">
      {props.kind === "long" ? (
        <textarea rows={3} {...shared} className={cn(shared.className, "py-1")} />
      ) : (
        <input
          type={props.kind === "date" ? "date" : "text"}
          {...shared}
          className={cn("h-[26px]", shared.className)}
        />
      )}
      {error && (
        <span
          role="alert"
          className="absolute top-full left-0 z-20 mt-1 rounded-sm bg-bad-soft px-1.5 py-0.5 text-meta whitespace-nowrap text-bad-text shadow-2"
        >
          {error}
        </span>
      )}
      {(theirs ?? props.closed) && (
        <Theirs id={notice} theirs={theirs} closed={props.closed} onClose={props.onCancel} onBlur={leave} floats />
      )}
    </span>
  );
}
