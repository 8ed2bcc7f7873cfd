import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { Textarea } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import { replace, suggestions, wordAt, type Suggestion } from "./complete";

type Vocabulary = Parameters<typeof suggestions>[1];

/** A text field that completes names: arrows choose, Enter or Tab takes, Escape closes, Ctrl+Space opens. */
export function ExpressionInput(props: {
  id: string;
  value: string;
  onChange: (value: string) => void;
  vocabulary: Vocabulary | undefined;
  "aria-invalid"?: boolean | undefined;
  "aria-describedby"?: string | undefined;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const moveTo = useRef<number | null>(null);
  const listId = useId();
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const word = wordAt(props.value, caret);
  const found = open && word && props.vocabulary ? suggestions(word.text, props.vocabulary) : [];
  const chosen = found[Math.min(at, found.length - 1)];

  // The caret follows what was taken, once the text is there.
  useLayoutEffect(() => {
    if (moveTo.current === null) return;
    area.current?.setSelectionRange(moveTo.current, moveTo.current);
    moveTo.current = null;
  });

  const take = (suggestion: Suggestion) => {
    if (!word) return;
    const next = replace(props.value, word, suggestion.insert);
    moveTo.current = next.caret;
    setCaret(next.caret);
    props.onChange(next.text);
    setOpen(false);
    area.current?.focus();
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key === " " && e.ctrlKey) {
      e.preventDefault();
      setOpen(true);
      return;
    }
    if (!chosen) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => setAt((at + 1) % found.length),
      ArrowUp: () => setAt((at + found.length - 1) % found.length),
      Enter: () => take(chosen),
      Tab: () => take(chosen),
      Escape: () => setOpen(false),
    };
    const move = moves[e.key];
    if (move && !e.shiftKey) {
      e.preventDefault();
      e.stopPropagation();
      move();
    }
  };
  return (
    <div className="relative">
      <Textarea
        ref={area}
        id={props.id}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-activedescendant={chosen ? `${listId}-${found.indexOf(chosen)}` : undefined}
        aria-invalid={props["aria-invalid"]}
        aria-describedby={props["aria-describedby"]}
        value={props.value}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        rows={4}
        className="font-mono text-code"
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
        onSelect={(e) => setCaret(e.currentTarget.selectionStart)}
        onChange={(e) => {
          setCaret(e.target.selectionStart);
          setAt(0);
          setOpen(true);
          props.onChange(e.target.value);
        }}
      />
      <ul
        id={listId}
        role="listbox"
        aria-label="Names"
        hidden={found.length === 0}
        className="absolute top-full left-0 z-30 mt-1 max-h-72 w-full max-w-lg scroll-thin overflow-y-auto rounded-lg border border-line-strong bg-surface p-1 shadow-3"
      >
        {found.map((s, i) => (
          <li
            key={s.name}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={s === chosen}
            onPointerDown={(e) => {
              e.preventDefault();
              take(s);
            }}
            className={cn(
              "flex min-h-8 flex-wrap items-baseline gap-x-2 rounded-md px-2 py-1 pointer-coarse:min-h-11",
              s === chosen && "bg-muted",
            )}
          >
            <span className="font-mono text-code text-fg">{s.name}</span>
            <span className="text-meta text-fg-2">{s.description}</span>
            <span className="ml-auto truncate text-meta text-fg-3">{s.hint}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
