import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, X } from "lucide-react";
import { useMe } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { openAssistant } from "@/lib/frame";
import { useStored } from "@/lib/hooks";
import { startedQuery } from "./queries";

/** What a new organisation does first. It goes once all is done, or when it is put away. */
export function Checklist() {
  const me = useMe();
  const [hidden, setHidden] = useStored(`dw.checklist.${me.organisation.id}`, false);
  const { data } = useQuery({ ...startedQuery(), enabled: !hidden });
  const admin = me.permissions.import?.create !== undefined && me.permissions.import.create !== "none";
  if (hidden || !data || !admin || (data.opportunities && data.runs)) return null;
  const steps = [
    {
      done: data.opportunities,
      title: "Import your deals",
      text: "A CSV or Excel file; you see what happens to each row before it does.",
      action: (
        <Button asChild size="card">
          <Link to="/admin/imports">Import</Link>
        </Button>
      ),
    },
    {
      done: data.opportunities,
      title: "Look at the board",
      text: "Drag a deal to its next stage.",
      action: (
        <Button asChild size="card">
          <Link to="/opportunities/board" search={{}}>
            Board
          </Link>
        </Button>
      ),
    },
    {
      done: data.runs,
      title: "Ask the assistant",
      text: "It proposes, you approve; nothing changes before.",
      action: (
        <Button size="card" onClick={() => openAssistant()}>
          Ask
        </Button>
      ),
    },
  ];
  return (
    <Card
      title="First steps"
      aside={
        <Button variant="quiet" size="iconRow" aria-label="Put the first steps away" onClick={() => setHidden(true)}>
          <X />
        </Button>
      }
    >
      <ol>
        {steps.map((step, i) => (
          <li key={step.title} className="flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-0">
            <span className="grid size-5 shrink-0 place-items-center text-cell text-fg-3 tnum">
              {step.done ? <Check className="size-4 text-ok" aria-label="done" /> : i + 1}
            </span>
            <div className="min-w-0 flex-1">
              <p className="text-cell font-medium text-fg">{step.title}</p>
              <p className="text-meta text-fg-3">{step.text}</p>
            </div>
            {!step.done && step.action}
          </li>
        ))}
      </ol>
    </Card>
  );
}
