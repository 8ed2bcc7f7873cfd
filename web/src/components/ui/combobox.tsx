import { Command } from "cmdk";
import { Check, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Popover } from "./popover";

export interface Choice {
  value: string;
  label: string;
  mark?: ReactNode;
  hint?: string | undefined;
}

/** The searchable list itself. With `onSearch` the caller looks for choices; without, they are filtered here. */
export function ChoiceList(props: {
  choices: Choice[];
  selected: string[];
  onPick: (choice: Choice) => void;
  onSearch?: (text: string) => void;
  placeholder?: string;
  busy?: boolean;
  empty?: string;
  footer?: ReactNode;
}) {
  const [text, setText] = useState("");
  const remote = props.onSearch !== undefined;
  return (
    <Command shouldFilter={!remote} loop className="flex max-h-80 flex-col" label={props.placeholder ?? "Choose"}>
      <div className="flex items-center gap-2 border-b border-line px-2.5">
        <Search className="size-3.5 text-fg-3" aria-hidden />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={(value) => {
            setText(value);
            props.onSearch?.(value);
          }}
          placeholder={props.placeholder ?? "Search"}
          className="h-9 w-full bg-transparent text-cell text-fg outline-none"
        />
      </div>
      <Command.List className="min-h-0 flex-1 scroll-thin overflow-y-auto p-1">
        <Command.Empty className="px-2 py-3 text-cell text-fg-3">
          {props.busy ? "Searching…" : (props.empty ?? "Nothing matches.")}
        </Command.Empty>
        {props.choices.map((choice) => {
          const on = props.selected.includes(choice.value);
          return (
            <Command.Item
              key={choice.value}
              value={remote ? choice.value : `${choice.label} ${choice.value}`}
              onSelect={() => props.onPick(choice)}
              className="flex min-h-[30px] items-center gap-2 rounded-md px-2 py-1 text-cell data-[selected=true]:bg-muted pointer-coarse:min-h-11"
            >
              {choice.mark}
              <span className="truncate">{choice.label}</span>
              {choice.hint && <span className="truncate text-meta text-fg-3">{choice.hint}</span>}
              {on && <Check className="ml-auto size-3.5 shrink-0 text-accent" aria-label="chosen" />}
            </Command.Item>
          );
        })}
        {props.footer}
      </Command.List>
    </Command>
  );
}

/** A field that opens the list. */
export function Combobox(props: {
  id?: string;
  label: ReactNode;
  choices: Choice[];
  value: string | null;
  onChange: (value: string | null) => void;
  onSearch?: (text: string) => void;
  busy?: boolean;
  /** Said when there is nothing to choose. */
  empty?: string;
  clearable?: boolean;
  invalid?: boolean;
  className?: string;
  autoOpen?: boolean;
}) {
  const [open, setOpen] = useState(props.autoOpen ?? false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      className="w-(--radix-popover-trigger-width) min-w-56"
      trigger={
        <button
          id={props.id}
          type="button"
          aria-invalid={props.invalid}
          className={cn(
            "flex h-8 w-full min-w-0 items-center gap-2 rounded-md border field-halo border-line-control bg-bg px-2.5 text-left text-cell text-fg pointer-coarse:h-11",
            props.className,
          )}
        >
          <span className="min-w-0 flex-1 truncate">{props.label}</span>
          <Search className="size-3.5 shrink-0 text-fg-3" aria-hidden />
        </button>
      }
    >
      <ChoiceList
        choices={props.choices}
        selected={props.value ? [props.value] : []}
        {...(props.onSearch ? { onSearch: props.onSearch } : {})}
        busy={props.busy ?? false}
        {...(props.empty ? { empty: props.empty } : {})}
        onPick={(choice) => {
          props.onChange(choice.value === props.value && props.clearable ? null : choice.value);
          setOpen(false);
        }}
      />
    </Popover>
  );
}
