import { Archive, ArchiveRestore, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { InlineText } from "@/components/ui/inline-text";
import { Input } from "@/components/ui/input";
import { cn } from "@/lib/cn";

/** An option as it is edited: one without a value is new. */
export interface EditedOption {
  value?: string;
  label: string;
  archived?: boolean;
}

export function FieldOptions(props: { options: EditedOption[]; onChange: (options: EditedOption[]) => void }) {
  const { options, onChange } = props;
  const [text, setText] = useState("");
  const set = (at: number, change: Partial<EditedOption>) =>
    onChange(options.map((o, i) => (i === at ? { ...o, ...change } : o)));
  const add = () => {
    const label = text.trim();
    if (label === "" || options.some((o) => o.label.toLowerCase() === label.toLowerCase())) return;
    onChange([...options, { label }]);
    setText("");
  };
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-meta font-medium text-fg-2">Options</legend>
      <ol>
        {options.map((o, at) => (
          <li key={o.value ?? `new-${at}`} className="flex min-h-8 items-center gap-1 text-cell">
            <InlineText
              label="Option"
              value={o.label}
              className={cn("flex-1", o.archived && "text-fg-3 line-through")}
              onSave={(label) => set(at, { label })}
            />
            <Button
              variant="quiet"
              size="icon"
              aria-label={`${o.archived ? "Restore" : "Archive"} ${o.label}`}
              onClick={() =>
                o.value ? set(at, { archived: !o.archived }) : onChange(options.filter((_, i) => i !== at))
              }
            >
              {o.archived ? <ArchiveRestore /> : <Archive />}
            </Button>
          </li>
        ))}
      </ol>
      <div className="flex gap-2">
        <Input
          aria-label="New option"
          placeholder="Add an option"
          value={text}
          maxLength={200}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter") {
              e.preventDefault();
              add();
            }
          }}
        />
        <Button className="h-8" disabled={text.trim() === ""} onClick={add}>
          <Plus /> Add
        </Button>
      </div>
    </fieldset>
  );
}
