import { Sparkle, SquarePen, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useMay } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { assistant, closeAssistant, openAssistant } from "@/lib/frame";
import { useStored } from "@/lib/hooks";
import { AskBox } from "./composer";
import { usePageContext } from "./context";
import { ModelState } from "./model-state";
import { Grip } from "./grip";
import { PastConversations } from "./past";
import { RunView } from "./run-view";
import type { LiveRun } from "./stream";
import { useConversation } from "./use-conversation";
import { Welcome } from "./welcome";

export function AssistantPanel() {
  const { ask: asked, conversation } = assistant.use();
  const may = useMay("agent", "use");
  const page = usePageContext();
  const [dropped, setDropped] = useState<string | null>(null);
  const context = page && page.id !== dropped ? page : null;
  const talk = useConversation();
  const { runs, sending, ask, open, before } = talk;
  const [width, setWidth] = useStored("dw.assistant.width", 408);
  const talkBox = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
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
    openAssistant();
    void latest.current(asked).finally(() => (sent.current = null));
  }, [asked]);
  // One that was chosen elsewhere; without one, what was open last, once, when the panel comes.
  const fresh = useRef(asked === null);
  useEffect(() => {
    const wanted = conversation ?? (fresh.current ? before() : null);
    fresh.current = false;
    if (!wanted) return;
    if (conversation) openAssistant();
    void open(wanted);
  }, [conversation, open, before]);
  const again = ({ goal, context: of }: LiveRun) => {
    // Its button is gone while this is worked on.
    box.current?.focus();
    void ask(goal, of ?? null);
  };
  const busy = talk.working !== null || sending !== null;
  const length = runs.length + (sending ? 1 : 0);
  const tail = runs.at(-1);
  // What is longer than the panel is read from its beginning.
  useEffect(() => {
    const box = talkBox.current;
    const last = box?.lastElementChild;
    if (!box || !last) return;
    // By hand: scrollIntoView would move the frame too.
    const top = last.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 16;
    box.scrollTop = last.clientHeight > box.clientHeight ? top : box.scrollHeight;
  }, [length, tail?.text, tail?.steps.length, tail?.proposals.length]);

  return (
    <>
      <div aria-hidden className="fixed inset-0 z-30 bg-scrim md:hidden" onClick={closeAssistant} />
      <aside
        aria-label="Assistant"
        data-print="hide"
        style={{ "--w": `${width}px` } as React.CSSProperties}
        className="relative z-30 flex min-h-0 w-(--w) shrink-0 animate-slide flex-col border-l border-line bg-surface max-xl:absolute max-xl:inset-y-12 max-xl:right-0 max-xl:bottom-0 max-xl:shadow-3 max-md:fixed max-md:inset-x-0 max-md:top-16 max-md:bottom-0 max-md:w-full max-md:animate-sheet max-md:rounded-t-3xl max-md:border-l-0"
        onKeyDown={(e) => e.key === "Escape" && closeAssistant()}
      >
        <Grip width={width} onWidth={setWidth} />
        <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
          <Sparkle className="size-4 text-fg" aria-hidden />
          <h2 className="flex-1 text-section text-fg">Assistant</h2>
          <PastConversations onOpen={(id) => void talk.open(id)} />
          <Button
            variant="quiet"
            size="icon"
            aria-label="New conversation"
            className="text-fg-3 pointer-coarse:size-11"
            onClick={talk.startOver}
          >
            <SquarePen />
          </Button>
          <Button
            variant="quiet"
            size="icon"
            aria-label="Close the assistant"
            className="text-fg-3 pointer-coarse:size-11"
            onClick={closeAssistant}
          >
            <X />
          </Button>
        </header>
        <div ref={talkBox} className="flex min-h-0 flex-1 scroll-thin flex-col gap-5 overflow-y-auto p-4">
          {runs.length === 0 && !sending && (
            <Welcome onRecord={context !== null} may={may} onPick={(goal) => void send(goal)} />
          )}
          {runs.map((run) => (
            <RunView
              key={run.id}
              run={run}
              onAnswer={(text) => void send(text)}
              onRetry={() => talk.retrack(run.id)}
              onAgain={may && !busy ? () => again(run) : null}
            />
          ))}
          {sending && (
            <>
              <p className="ml-auto max-w-[85%] rounded-xl bg-muted px-3 py-2 text-cell text-fg">{sending}</p>
              <p className="flex items-center gap-2 text-cell text-fg-3">
                <Spinner /> Sending
              </p>
            </>
          )}
        </div>
        {may && (
          <AskBox
            box={box}
            placeholder={
              context
                ? `Ask about this ${context.type === "opportunity" ? "deal" : context.type}`
                : "Ask, or say what to do"
            }
            context={context}
            onDropContext={() => setDropped(page?.id ?? null)}
            working={busy}
            asked={runs.map((run) => run.goal)}
            onAsk={send}
            onStop={() => void talk.cancel()}
          />
        )}
        <ModelState />
      </aside>
    </>
  );
}
