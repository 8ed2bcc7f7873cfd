import { useState } from "react";
import type { RoutineResult } from "@/api/types";
import { ProposalCard } from "@/components/crm/proposal-card";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";

/** The tasks that an agent proposes, each for a yes of its own. */
export function Proposed({ result }: { result: RoutineResult }) {
  const [open, setOpen] = useState(false);
  const waiting = result.proposals.filter((p) => p.status === "pending");
  return (
    <div className="border-t border-line px-4 py-2">
      <Button size="card" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Hide" : "Look at"} {plural(waiting.length, "proposed task")}
      </Button>
      {open && (
        <div className="flex flex-col gap-2 pt-2">
          {result.proposals.map((p) => (
            <ProposalCard key={p.id} proposal={p} />
          ))}
        </div>
      )}
    </div>
  );
}
