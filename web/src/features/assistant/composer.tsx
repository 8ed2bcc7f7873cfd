import { ArrowUp, Square, X } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";

interface Props {
  placeholder: string;
  context: string | null;
  onDropContext: () => void;
  working: boolean;
  onAsk: (goal: string) => Promise<boolean>;
  onStop: () => void;
}

export function AskBox(props: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const send = async () => {
    const goal = box.current?.value.trim() ?? "";
    if (!goal || props.working || !box.current) return;
    const field = box.current;
    if (await props.onAsk(goal)) field.value = "";
    field.focus();
  };
  return (
    <div className="mx-3 flex flex-col rounded-xl border field-halo border-line-control bg-bg">
      <textarea
        ref={box}
        autoFocus
        rows={2}
        aria-label="Ask the assistant"
        placeholder={props.placeholder}
        className="max-h-40 min-h-14 resize-none bg-transparent px-3 py-2 text-cell text-fg outline-none"
        onKeyDown={(e) => {
          if (e.key === "Enter" && !e.shiftKey && !e.nativeEvent.isComposing) {
            e.preventDefault();
            void send();
          }
        }}
      />
      <div className="flex items-center gap-2 px-2 pb-2">
        {props.context && (
          <span className="inline-flex h-[22px] min-w-0 items-center gap-1 rounded-sm border border-line-strong px-1.5 text-meta text-fg-2">
            <span className="truncate">{props.context}</span>
            <button
              type="button"
              aria-label={`Do not mention ${props.context}`}
              onClick={props.onDropContext}
              className="shrink-0 text-fg-3 hover:text-fg"
            >
              <X className="size-3" />
            </button>
          </span>
        )}
        {props.working ? (
          <Button size="card" className="ml-auto" onClick={props.onStop}>
            <Square className="size-3!" /> Stop
          </Button>
        ) : (
          <Button size="icon" className="ml-auto" aria-label="Send" onClick={() => void send()}>
            <ArrowUp />
          </Button>
        )}
      </div>
    </div>
  );
}
