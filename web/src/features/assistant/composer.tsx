import { ArrowUp, Square, X } from "lucide-react";
import { useId, useState, type KeyboardEvent, type RefObject } from "react";
import { flushSync } from "react-dom";
import { allows, useMe } from "@/api/shared";
import type { RunContext } from "@/api/types";
import { Kbd } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { fill, gapIn, offered, slashed, type Command } from "./commands";
import { optionId, SlashMenu } from "./slash-menu";

interface Props {
  /** Where the focus goes back to after what is asked by a button. */
  box: RefObject<HTMLTextAreaElement | null>;
  placeholder: string;
  context: (RunContext & { name: string }) | null;
  onDropContext: () => void;
  working: boolean;
  /** What was asked before, the latest last. */
  asked: string[];
  onAsk: (goal: string) => Promise<boolean>;
  onStop: () => void;
}

export function AskBox(props: Props) {
  const { box } = props;
  const [text, setText] = useState("");
  const [hint, setHint] = useState<string | null>(null);
  const { recall, forget } = useRecall(props.asked);
  const kind = props.context?.type ?? null;
  const put = (words: string, from = words.length, to = words.length) => {
    flushSync(() => {
      setText(words);
      setHint(null);
    });
    box.current?.focus();
    box.current?.setSelectionRange(from, to);
  };
  const slash = useSlash(text, kind, (command) => {
    const filled = fill(command, kind);
    put(filled.text, filled.from, filled.to);
  });
  const send = async () => {
    const goal = text.trim();
    if (!goal || props.working) return;
    const gap = gapIn(text);
    if (gap) {
      box.current?.focus();
      box.current?.setSelectionRange(gap.from, gap.to);
      setHint(`Put something in the place of ${text.slice(gap.from, gap.to)} first.`);
      return;
    }
    forget();
    if (await props.onAsk(goal)) setText("");
    box.current?.focus();
  };
  const onKeyDown = (e: KeyboardEvent<HTMLTextAreaElement>) => {
    if (e.nativeEvent.isComposing || slash.onKey(e)) return;
    const { selectionStart, selectionEnd } = e.currentTarget;
    if (e.key === "Enter" && !e.shiftKey) {
      e.preventDefault();
      void send();
    } else if (e.key === "Tab" && !e.shiftKey) {
      const gap = gapIn(text, selectionEnd);
      if (!gap || gap.from < selectionStart) return;
      e.preventDefault();
      e.currentTarget.setSelectionRange(gap.from, gap.to);
    } else if (e.key === "ArrowUp" || e.key === "ArrowDown") {
      const words = recall(text, e.key === "ArrowUp" ? 1 : -1);
      if (words === null) return;
      e.preventDefault();
      put(words);
    }
  };
  return (
    <div className="relative mx-3">
      {slash.open && (
        <SlashMenu id={slash.id} commands={slash.commands} picked={slash.picked} kind={kind} onPick={slash.pick} />
      )}
      <div className="flex flex-col rounded-xl border field-halo border-line-control bg-bg">
        <textarea
          ref={box}
          autoFocus
          rows={2}
          value={text}
          aria-label="Ask the assistant"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={slash.open ? slash.id : undefined}
          aria-activedescendant={slash.active}
          aria-describedby={`${slash.id}-hint`}
          placeholder={props.placeholder}
          className="max-h-40 min-h-14 resize-none bg-transparent px-3 py-2 text-cell text-fg outline-none"
          onChange={(e) => {
            setText(e.target.value);
            setHint(null);
            forget();
          }}
          onKeyDown={onKeyDown}
        />
        <div className="flex items-center gap-2 px-2 pb-2">
          <Button
            variant="quiet"
            size="icon"
            aria-label="What can be asked"
            title="What can be asked: type /"
            className="text-fg-3 pointer-coarse:size-11"
            onClick={() => put(slash.open ? "" : "/")}
          >
            <Kbd>/</Kbd>
          </Button>
          {props.context && (
            <span className="inline-flex h-[22px] min-w-0 items-center gap-1 rounded-sm border border-line-strong px-1.5 text-meta text-fg-2">
              <span className="truncate">{props.context.name}</span>
              <button
                type="button"
                aria-label={`Do not mention ${props.context.name}`}
                onClick={props.onDropContext}
                className="relative shrink-0 text-fg-3 after:absolute after:-inset-2 hover:text-fg"
              >
                <X className="size-3" />
              </button>
            </span>
          )}
          {props.working ? (
            <Button size="card" className="ml-auto pointer-coarse:h-11" onClick={props.onStop}>
              <Square className="size-3!" /> Stop
            </Button>
          ) : (
            <Button
              size="icon"
              className="ml-auto pointer-coarse:size-11"
              aria-label="Send"
              onClick={() => void send()}
            >
              <ArrowUp />
            </Button>
          )}
        </div>
      </div>
      <p id={`${slash.id}-hint`} role="status" className={hint ? "pt-1 text-meta text-warn-text" : "sr-only"}>
        {hint ?? "Type / for what can be asked."}
      </p>
    </div>
  );
}

/** The list behind a slash: open while nothing but the slash and a word is there, until Escape. */
function useSlash(text: string, kind: RunContext["type"] | null, onPick: (command: Command) => void) {
  const me = useMe();
  const id = useId();
  const [closed, setClosed] = useState<string | null>(null);
  const [at, setAt] = useState({ text, picked: 0 });
  const typed = slashed(text);
  const open = typed !== null && closed !== text;
  const commands = open ? offered(typed, kind, (object, action) => allows(me, object, action)) : [];
  const picked = at.text === text ? Math.min(at.picked, Math.max(0, commands.length - 1)) : 0;
  const current = commands[picked];

  /** True when the list took the key. */
  const onKey = (e: KeyboardEvent): boolean => {
    if (!open) return false;
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && commands.length > 0) setAt({ text, picked: (picked + step + commands.length) % commands.length });
    else if ((e.key === "Enter" || (e.key === "Tab" && !e.shiftKey)) && current) onPick(current);
    else if (e.key === "Escape") setClosed(text);
    else return false;
    e.preventDefault();
    // Escape closes the list, and not the assistant.
    e.stopPropagation();
    return true;
  };
  const active = current ? optionId(id, current.name) : undefined;
  return { id, open, commands, picked, active, onKey, pick: onPick };
}

/** Arrow up in an empty box brings the last request back, then the one before; arrow down goes the other way. */
function useRecall(asked: string[]) {
  const [back, setBack] = useState(0);
  const words = (n: number): string => asked[asked.length - n] ?? "";
  const recall = (text: string, step: 1 | -1): string | null => {
    const next = back + step;
    if (text !== words(back) || next < 0 || next > asked.length) return null;
    setBack(next);
    return words(next);
  };
  return { recall, forget: () => setBack(0) };
}
