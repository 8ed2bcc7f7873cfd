import { CircleCheck, CircleX, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/states";
import { number, plural } from "@/lib/format";
import { PAST, type Verb, type Work } from "./proposal-many";

const DOING: Record<Verb, string> = { approve: "Approving", reject: "Rejecting", undo: "Undoing" };

/** How far it is, then which went through and which did not, and why. */
export function ProposalOutcomes(props: { work: Work; onStop: () => void; onClose: () => void }) {
  const { verb, of, outcomes, over } = props.work;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (over) box.current?.focus();
  }, [over]);
  if (!over) {
    return (
      <div role="status" className="flex items-center gap-3 text-cell text-fg">
        <span className="whitespace-nowrap tnum">
          {DOING[verb]} {number(outcomes.length)} of {number(of)}
        </span>
        <Progress value={outcomes.length} max={of} label={DOING[verb]} />
        <Button size="row" onClick={props.onStop}>
          Stop
        </Button>
      </div>
    );
  }
  const done = outcomes.filter((o) => o.done).length;
  return (
    <section
      ref={box}
      tabIndex={-1}
      aria-label="What became of them"
      className="rounded-xl border border-line-strong bg-surface text-cell outline-none"
    >
      <header className="flex items-center gap-2 border-b border-line py-1.5 pr-2 pl-4">
        <p className="min-w-0 flex-1 font-medium text-fg" role="status">
          {number(done)} of {plural(of, "proposal")} {PAST[verb]}
        </p>
        <Button variant="quiet" size="icon" aria-label="Close" className="text-fg-3" onClick={props.onClose}>
          <X />
        </Button>
      </header>
      <ul className="divide-y divide-line">
        {outcomes.map(({ proposal, done: ok, note }) => (
          <li key={proposal.id} className="flex items-start gap-2 px-4 py-2">
            {ok ? (
              <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-label="done" />
            ) : (
              <CircleX className="mt-0.5 size-4 shrink-0 text-bad" aria-label="not done" />
            )}
            <span className="min-w-0">
              <span className="font-medium text-fg">{proposal.target.name}</span>{" "}
              <span className="text-fg-2">
                {ok ? PAST[verb] : `not ${PAST[verb]}`}
                {note && `: ${note}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
