import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { AgentMark } from "@/components/ui/marks";
import { plural } from "@/lib/format";
import { ProposalCard } from "./proposal-card";
import { allOf, proposalsQuery } from "./proposal-query";
import { after, before } from "./show-value";

/** What agents have proposed for this record, in a line; it opens the cards. */
export function ProposalStrip({ subjectId }: { subjectId: string }) {
  const filter = { status: "pending", subject_id: subjectId } as const;
  const { data = [] } = useInfiniteQuery({ ...proposalsQuery(filter), select: allOf });
  const [open, setOpen] = useState(false);
  if (data.length === 0) return null;
  const changes = data.flatMap((p) => p.diff);
  return (
    <>
      <div className="flex min-h-[42px] items-center gap-2.5 rounded-lg border border-dashed border-line-control px-3 py-1.5 text-cell">
        <AgentMark />
        <span className="shrink-0 font-semibold text-fg">{plural(changes.length, "change")} proposed</span>
        <span className="min-w-0 flex-1 truncate text-fg-3">
          {changes.map((c) => `${c.label} ${before(c) ?? "empty"} → ${after(c) ?? "empty"}`).join(", ")}
        </span>
        <Button size="row" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Fold" : "Review"}
        </Button>
      </div>
      {open && (
        <div className="grid gap-3 lg:grid-cols-2">
          {data.map((p) => (
            <ProposalCard key={p.id} proposal={p} />
          ))}
        </div>
      )}
    </>
  );
}
