import { Check, X } from "lucide-react";
import type { ReactNode } from "react";
import { useMay } from "@/api/shared";
import type { Proposal } from "@/api/types";
import { useDecide } from "@/components/crm/proposal-decide";
import { after, before } from "@/components/crm/show-value";
import { SubjectLink } from "@/components/crm/task-row";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Diff } from "@/components/ui/diff";
import { AgentMark } from "@/components/ui/marks";
import { Card } from "@/components/ui/states";

export function Waiting({ proposals, count, more }: { proposals: Proposal[]; count: string; more: ReactNode }) {
  const { approve, reject } = useDecide();
  const may = useMay("opportunity", "update");
  const busy = approve.isPending || reject.isPending;
  return (
    <Card
      dashed
      title={
        <>
          <AgentMark /> Proposals from agents <Badge>{count}</Badge>
        </>
      }
      aside={proposals.length > 0 && more}
    >
      {proposals.length === 0 && (
        <p className="px-4 py-4 text-cell text-fg-3">
          Nothing waits for you. What an agent wants to change appears here.
        </p>
      )}
      <ul>
        {proposals.slice(0, 4).map((p) => (
          <li key={p.id} className="flex flex-col gap-1 border-b border-line px-4 py-2.5 last:border-0">
            <div className="flex items-center gap-2 text-cell">
              <SubjectLink subject={p.target} className="min-w-0 flex-1 font-medium text-fg" />
              {may && (
                <>
                  <Button
                    variant="quiet"
                    size="iconRow"
                    aria-label="Reject"
                    disabled={busy}
                    onClick={() => reject.mutate({ proposal: p, reason: "" })}
                  >
                    <X />
                  </Button>
                  <Button
                    variant="quiet"
                    size="iconRow"
                    aria-label="Approve"
                    disabled={busy}
                    onClick={() => approve.mutate({ proposal: p })}
                  >
                    <Check />
                  </Button>
                </>
              )}
            </div>
            {p.diff.slice(0, 3).map((c) => (
              <div key={c.field} className="flex flex-wrap items-center gap-2">
                <span className="text-meta text-fg-3">{c.label}</span>
                <Diff before={before(c)} after={after(c)} />
              </div>
            ))}
            {p.reason && <p className="text-meta text-fg-3">{p.reason}</p>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
