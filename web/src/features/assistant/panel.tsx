import { useQuery } from "@tanstack/react-query";
import { History, Sparkle, SquarePen, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useMay } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { AgentMark } from "@/components/ui/marks";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from "@/components/ui/menu";
import { Spinner } from "@/components/ui/spinner";
import { ago } from "@/lib/format";
import { assistant } from "@/lib/frame";
import { useStored } from "@/lib/hooks";
import { AskBox } from "./composer";
import { usePageContext } from "./context";
import { ModelState } from "./model-state";
import { RunView } from "./run-view";
import { conversationsQuery, useConversation } from "./use-conversation";

const SUGGESTIONS = [
  "Which of my deals have been in their stage for more than 30 days?",
  "What closes this month?",
  "How much is in my open pipeline?",
];
const ON_RECORD = [
  "Summarise this deal",
  "Create a follow-up for next Friday",
  "Move the close date to the end of the month",
];

export function AssistantPanel() {
  const { ask: asked } = assistant.use();
  const may = useMay("agent", "use") !== "none";
  const page = usePageContext();
  const [dropped, setDropped] = useState<string | null>(null);
  const context = page && page.id !== dropped ? page : null;
  const talk = useConversation();
  const { runs, sending, ask } = talk;
  const [width, setWidth] = useStored("dw.assistant.width", 408);
  const end = useRef<HTMLDivElement>(null);
  const sent = useRef<string | null>(null);

  const send = (goal: string) => ask(goal, context && { type: context.type, id: context.id });
  const latest = useRef(send);
  useEffect(() => {
    latest.current = send;
  });
  // Words that came from the palette are sent once, as soon as the panel is there.
  useEffect(() => {
    if (!asked || sent.current === asked) return;
    sent.current = asked;
    assistant.set({ open: true, ask: null });
    void latest.current(asked).finally(() => (sent.current = null));
  }, [asked]);
  const length = runs.length + (sending ? 1 : 0);
  const tail = runs.at(-1);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [length, tail?.text, tail?.steps.length, tail?.proposals.length]);

  return (
    <>
      <div
        aria-hidden
        className="fixed inset-0 z-30 bg-scrim md:hidden"
        onClick={() => assistant.set({ open: false, ask: null })}
      />
      <aside
        aria-label="Assistant"
        data-print="hide"
        style={{ "--w": `${width}px` } as React.CSSProperties}
        className="relative z-30 flex min-h-0 w-(--w) shrink-0 animate-slide flex-col border-l border-line bg-surface max-xl:absolute max-xl:inset-y-12 max-xl:right-0 max-xl:bottom-0 max-xl:shadow-3 max-md:fixed max-md:inset-x-0 max-md:top-16 max-md:bottom-0 max-md:w-full max-md:animate-sheet max-md:rounded-t-3xl max-md:border-l-0"
        onKeyDown={(e) => e.key === "Escape" && assistant.set({ open: false, ask: null })}
      >
        <Grip width={width} onWidth={setWidth} />
        <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
          <Sparkle className="size-4 text-fg" aria-hidden />
          <h2 className="flex-1 text-section text-fg">Assistant</h2>
          <Past onOpen={(id) => void talk.open(id)} />
          <Button
            variant="quiet"
            size="icon"
            aria-label="New conversation"
            className="text-fg-3"
            onClick={talk.startOver}
          >
            <SquarePen />
          </Button>
          <Button
            variant="quiet"
            size="icon"
            aria-label="Close the assistant"
            className="text-fg-3"
            onClick={() => assistant.set({ open: false, ask: null })}
          >
            <X />
          </Button>
        </header>
        <div className="flex min-h-0 flex-1 scroll-thin flex-col gap-5 overflow-y-auto p-4">
          {runs.length === 0 && !sending && (
            <Welcome suggestions={context ? ON_RECORD : SUGGESTIONS} may={may} onPick={(goal) => void send(goal)} />
          )}
          {runs.map((run) => (
            <RunView key={run.id} run={run} onAnswer={(text) => void send(text)} onRetry={() => talk.retrack(run.id)} />
          ))}
          {sending && (
            <>
              <p className="ml-auto max-w-[85%] rounded-xl bg-muted px-3 py-2 text-cell text-fg">{sending}</p>
              <p className="flex items-center gap-2 text-cell text-fg-3">
                <Spinner /> Sending
              </p>
            </>
          )}
          <div ref={end} />
        </div>
        {may && (
          <AskBox
            placeholder={
              context
                ? `Ask about this ${context.type === "opportunity" ? "deal" : context.type}`
                : "Ask, or say what to do"
            }
            context={context?.name ?? null}
            onDropContext={() => setDropped(page?.id ?? null)}
            working={talk.working !== null || sending !== null}
            onAsk={send}
            onStop={() => void talk.cancel()}
          />
        )}
        <ModelState />
      </aside>
    </>
  );
}

function Welcome({
  suggestions,
  may,
  onPick,
}: {
  suggestions: string[];
  may: boolean;
  onPick: (goal: string) => void;
}) {
  return (
    <div className="mt-auto flex flex-col gap-3">
      <AgentMark size={28} />
      <p className="text-cell text-fg-2">
        {may
          ? "Ask about your deals, or say what to change. It reads what you may read, and proposes what you may change: nothing changes until you approve."
          : "Your role does not include the assistant. An administrator can add it."}
      </p>
      {may &&
        suggestions.map((s) => (
          <Button
            key={s}
            className="h-auto min-h-8 justify-start py-1.5 text-left whitespace-normal"
            onClick={() => onPick(s)}
          >
            {s}
          </Button>
        ))}
    </div>
  );
}

function Past({ onOpen }: { onOpen: (id: string) => void }) {
  const [open, setOpen] = useState(false);
  const { data = [], isPending } = useQuery({ ...conversationsQuery(), enabled: open });
  return (
    <Menu open={open} onOpenChange={setOpen}>
      <MenuTrigger asChild>
        <Button variant="quiet" size="icon" aria-label="Past conversations" className="text-fg-3">
          <History />
        </Button>
      </MenuTrigger>
      <MenuContent align="end" className="w-80">
        <MenuLabel>
          {isPending ? "Loading" : data.length === 0 ? "No past conversations" : "Past conversations"}
        </MenuLabel>
        {data.map((c) => (
          <MenuItem key={c.id} onSelect={() => onOpen(c.id)}>
            <span className="min-w-0 flex-1 truncate">{c.title}</span>
            <span className="text-meta text-fg-3 tnum">{ago(c.updated_at)}</span>
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}

/** Drags the panel between 360 and 560 wide; arrow keys do too. */
function Grip({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const to = (next: number) => onWidth(Math.max(360, Math.min(560, Math.round(next))));
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the assistant"
      aria-valuenow={width}
      aria-valuemin={360}
      aria-valuemax={560}
      tabIndex={0}
      className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize hover:bg-accent-line max-md:hidden"
      onKeyDown={(e) => {
        if (e.key === "ArrowLeft") to(width + 16);
        if (e.key === "ArrowRight") to(width - 16);
      }}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
      }}
      onPointerMove={(e) => {
        if (e.currentTarget.hasPointerCapture(e.pointerId)) to(window.innerWidth - e.clientX);
      }}
    />
  );
}
