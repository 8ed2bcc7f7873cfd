/** Text that becomes a field when it is pressed: Enter saves, Esc restores. */
import { useState } from "react";
import { cn } from "@/lib/cn";
import { Input } from "./input";

export function InlineText(props: {
  label: string;
  value: string;
  disabled?: boolean;
  className?: string;
  onSave: (value: string) => void;
}) {
  const [text, setText] = useState<string | null>(null);
  const close = (save: boolean) => {
    const next = text?.trim() ?? "";
    setText(null);
    if (save && next !== "" && next !== props.value) props.onSave(next);
  };
  if (text === null) {
    if (props.disabled) return <span className={cn("truncate", props.className)}>{props.value}</span>;
    return (
      <button
        type="button"
        aria-label={`${props.label}: ${props.value}`}
        title="Rename"
        className={cn("min-w-0 truncate rounded-sm px-1 py-0.5 text-left hover:bg-muted", props.className)}
        onClick={() => setText(props.value)}
      >
        {props.value}
      </button>
    );
  }
  return (
    <Input
      autoFocus
      aria-label={props.label}
      value={text}
      maxLength={200}
      className="h-7 max-w-64"
      onChange={(e) => setText(e.target.value)}
      onFocus={(e) => e.target.select()}
      onBlur={() => close(true)}
      onKeyDown={(e) => {
        if (e.key === "Enter") close(true);
        if (e.key === "Escape") {
          e.stopPropagation();
          close(false);
        }
      }}
    />
  );
}
