import { useQuery } from "@tanstack/react-query";
import { Ban, Check, CircleCheck, CircleX, Clock, GitCompareArrows, TriangleAlert } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Proposal } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Diff } from "@/components/ui/diff";
import { Input } from "@/components/ui/input";
import { AgentMark } from "@/components/ui/marks";
import { dateTime, plural, time } from "@/lib/format";
import { EvidenceList } from "./evidence";
import { useDecide } from "./proposal-decide";
import { proposalQuery } from "./proposal-query";
import { ProposalValue } from "./proposal-value";
import { after, before, readable } from "./show-value";
import { SubjectLink } from "./task-row";
import { useUndo } from "./use-undo";

const title = (p: Proposal): string => (p.kind === "create_task" ? "Proposed task" : "Proposed change");

/** The one card that every short form opens. Dashed while it waits; one solid line once it is decided. */
export function ProposalCard({ proposal: first }: { proposal: Proposal }) {
  const { data: proposal } = useQuery(proposalQuery(first));
  return proposal.status === "pending" ? (
    <Waiting key={proposal.diff_hash} proposal={proposal} />
  ) : (
    <Decided proposal={proposal} />
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
        <span className="text-section text-fg">{title(p)}</span>
        {p.target && <SubjectLink subject={p.target} className="text-cell text-fg-3 [&>:first-child]:hidden" />}
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
            <span className="w-[88px] shrink-0 truncate text-cell text-fg" title={c.label}>
              {c.label}
            </span>
            {edits ? (
              <span className="min-w-0 flex-1">
                <ProposalValue
                  change={c}
                  value={c.field in edits ? edits[c.field] : c.new}
                  onChange={(v) => setEdits({ ...edits, [c.field]: v })}
                />
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
        {rejecting ? (
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

function Line({ glyph, children, action }: { glyph: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex min-h-[38px] items-center gap-2 rounded-xl border border-line-strong bg-surface px-3 py-1.5 text-cell text-fg-2">
      {glyph}
      <p className="min-w-0 flex-1">{children}</p>
      {action}
    </div>
  );
}
const Strong = ({ children }: { children: ReactNode }) => <strong className="font-semibold text-fg">{children}</strong>;

function Decided({ proposal: p }: { proposal: Proposal }) {
  const undo = useUndo();
  const [compare, setCompare] = useState(false);
  const event = p.event_id;
  switch (p.status) {
    case "approved":
      return (
        <Line
          glyph={<CircleCheck className="size-4 shrink-0 text-ok" aria-hidden />}
          action={
            event && (
              <Button size="card" onClick={() => void undo(event)}>
                Undo
              </Button>
            )
          }
        >
          <Strong>Approved</Strong> by {p.decided_by?.name ?? "someone"}
          {p.decided_at && (
            <time dateTime={p.decided_at} title={dateTime(p.decided_at)}>
              , {time(p.decided_at)}
            </time>
          )}
        </Line>
      );
    case "rejected":
      return (
        <Line glyph={<Ban className="size-4 shrink-0 text-fg-3" aria-hidden />}>
          <Strong>Rejected{p.decision_reason ? ":" : ""}</Strong>{" "}
          {p.decision_reason ?? (p.decided_by ? `by ${p.decided_by.name}` : "")}
        </Line>
      );
    case "stale":
      return (
        <div className="flex flex-col gap-2">
          <Line
            glyph={<GitCompareArrows className="size-4 shrink-0 text-warn" aria-hidden />}
            action={
              <Button size="card" aria-expanded={compare} onClick={() => setCompare(!compare)}>
                Compare
              </Button>
            }
          >
            <Strong>Out of date.</Strong>{" "}
            {p.stale?.fields
              .map(
                (f) =>
                  `${p.diff.find((c) => c.field === f.field)?.label ?? f.field} is now ${readable(f.current, f.current_label) ?? "empty"}`,
              )
              .join(", ")}
          </Line>
          {compare && (
            <ul className="flex flex-col gap-1 pl-4">
              {p.diff.map((c) => (
                <li key={c.field} className="flex flex-wrap items-center gap-2 text-cell">
                  <span className="w-24 text-fg-3">{c.label}</span>
                  <Diff before={before(c)} after={after(c)} />
                </li>
              ))}
            </ul>
          )}
        </div>
      );
    case "expired":
      return (
        <Line glyph={<Clock className="size-4 shrink-0 text-fg-3" aria-hidden />}>
          <Strong>Expired.</Strong> Nobody decided in time.
        </Line>
      );
    case "failed":
      return (
        <Line glyph={<CircleX className="size-4 shrink-0 text-bad" aria-hidden />}>
          <Strong>Could not be applied.</Strong> {p.decision_reason}
        </Line>
      );
    case "pending":
      return <TriangleAlert className="size-4" aria-hidden />;
  }
}
