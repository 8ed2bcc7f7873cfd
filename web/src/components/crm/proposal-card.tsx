import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { Suspense, useState } from "react";
import { useMe } from "@/api/shared";
import type { Proposal } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Diff } from "@/components/ui/diff";
import { Input } from "@/components/ui/input";
import { AgentMark } from "@/components/ui/marks";
import { Skeleton } from "@/components/ui/states";
import { plural } from "@/lib/format";
import { EvidenceList } from "./evidence";
import { ProposalDecided } from "./proposal-decided";
import { mayDecide, useDecide } from "./proposal-decide";
import { proposalQuery } from "./proposal-query";
import { after, before } from "./show-value";
import { SubjectLink } from "./task-row";
import { loadable } from "@/lib/loadable";

const ProposalValue = loadable(() => import("./proposal-value").then((m) => m.ProposalValue));

const title = (p: Proposal): string => (p.kind === "create_task" ? "Proposed task" : "Proposed change");

/** The one card that every short form opens. Dashed while it waits; one solid line once it is decided. */
export function ProposalCard({ proposal: first }: { proposal: Proposal }) {
  const { data: proposal } = useQuery(proposalQuery(first));
  return proposal.status === "pending" ? (
    <Waiting key={proposal.diff_hash} proposal={proposal} />
  ) : (
    <ProposalDecided proposal={proposal} />
  );
}

function Waiting({ proposal: p }: { proposal: Proposal }) {
  const { approve, reject } = useDecide();
  const [ticked, setTicked] = useState(() => p.diff.map((c) => c.field));
  const [edits, setEdits] = useState<Record<string, unknown> | null>(null);
  const [rejecting, setRejecting] = useState(false);
  const [why, setWhy] = useState(false);
  const [reason, setReason] = useState("");
  const creates = p.kind === "create_task";
  const may = mayDecide(useMe(), p);
  const send = () =>
    approve.mutate({
      proposal: p,
      ...(ticked.length < p.diff.length ? { fields: ticked } : {}),
      ...(edits && Object.keys(edits).length > 0 ? { edits } : {}),
    });
  return (
    <article
      aria-label={title(p)}
      data-proposal={p.id}
      className="overflow-hidden rounded-xl border border-dashed border-line-control bg-surface"
    >
      <header className="flex items-center gap-2 border-b border-line px-3 py-2">
        <AgentMark />
        <span className="shrink-0 text-section text-fg">{title(p)}</span>
        <SubjectLink subject={p.target} className="text-cell text-fg-3 [&>:first-child]:hidden" />
        <span className="ml-auto shrink-0 text-meta text-fg-3">{plural(p.diff.length, "field")}</span>
      </header>
      <ul className="flex flex-col gap-2 px-3 py-3">
        {p.diff.map((c) => (
          <li key={c.field} className="flex flex-wrap items-center gap-x-2 gap-y-1">
            {!creates && (
              <Checkbox
                aria-label={`Apply ${c.label}`}
                checked={ticked.includes(c.field)}
                onCheckedChange={(on) =>
                  setTicked(on === true ? [...ticked, c.field] : ticked.filter((f) => f !== c.field))
                }
              />
            )}
            <span className="w-[116px] shrink-0 truncate text-cell text-fg" title={c.label}>
              {c.label}
            </span>
            {edits ? (
              <span className="min-w-0 flex-1">
                <Suspense fallback={<Skeleton className="h-8" />}>
                  <ProposalValue
                    change={c}
                    value={c.field in edits ? edits[c.field] : c.new}
                    onChange={(v) => setEdits({ ...edits, [c.field]: v })}
                  />
                </Suspense>
                <span className="text-meta text-fg-3">proposed {after(c)}</span>
              </span>
            ) : creates ? (
              <Diff before={null} after={after(c)} className="[&>span:first-child]:hidden [&>svg]:hidden" />
            ) : (
              <Diff before={before(c)} after={after(c)} />
            )}
          </li>
        ))}
      </ul>
      <EvidenceList proposal={p} open={why} />
      <footer className="flex flex-wrap items-center gap-2 border-t border-line bg-sunken px-3 py-2">
        {p.approval_id ? (
          <>
            <span className="min-w-0 flex-1 basis-40 text-meta text-fg-3">This takes the yes of others.</span>
            <Button size="card" asChild>
              <Link to="/approvals/$id" params={{ id: p.approval_id }}>
                Show the approval
              </Link>
            </Button>
          </>
        ) : !may ? (
          <span className="text-meta text-fg-3">Your role does not include approving this.</span>
        ) : rejecting ? (
          <form
            className="flex w-full gap-2"
            onSubmit={(e) => {
              e.preventDefault();
              reject.mutate({ proposal: p, reason: reason.trim() });
            }}
          >
            <Input
              autoFocus
              aria-label="Why (optional)"
              placeholder="Why? (optional)"
              value={reason}
              onChange={(e) => setReason(e.target.value)}
            />
            <Button type="submit" variant="danger" busy={reject.isPending && "Rejecting"}>
              Reject
            </Button>
            <Button onClick={() => setRejecting(false)}>Keep</Button>
          </form>
        ) : (
          <>
            <Button
              variant="primary"
              className="max-md:h-11 max-md:flex-1"
              disabled={ticked.length === 0}
              busy={approve.isPending && "Approving"}
              onClick={send}
            >
              <Check /> Approve {creates ? "" : ticked.length}
            </Button>
            <Button className="max-md:h-11 max-md:flex-1" onClick={() => setEdits(edits ? null : {})}>
              {edits ? "As proposed" : "Edit"}
            </Button>
            <Button className="max-md:h-11 max-md:flex-1" onClick={() => setRejecting(true)}>
              Reject
            </Button>
            <Button variant="link" className="ml-auto" aria-expanded={why} onClick={() => setWhy(!why)}>
              Why this?
            </Button>
          </>
        )}
      </footer>
    </article>
  );
}
