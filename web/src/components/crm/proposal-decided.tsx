/** What became of a proposal, in one solid line. */
import { Ban, CircleCheck, CircleX, Clock, GitCompareArrows } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Proposal } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Diff } from "@/components/ui/diff";
import { dateTime, time } from "@/lib/format";
import { after, before, readable } from "./show-value";
import { useUndo } from "./use-undo";

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

export function ProposalDecided({ proposal: p }: { proposal: Proposal }) {
  switch (p.status) {
    case "approved":
      return <Approved proposal={p} />;
    case "rejected":
      return (
        <Line glyph={<Ban className="size-4 shrink-0 text-fg-3" aria-hidden />}>
          <Strong>Rejected{p.decision_reason ? ":" : ""}</Strong>{" "}
          {p.decision_reason ?? (p.decided_by ? `by ${p.decided_by.name}` : "")}
        </Line>
      );
    case "stale":
      return <OutOfDate proposal={p} />;
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
      return null;
  }
}

function Approved({ proposal: p }: { proposal: Proposal }) {
  const undo = useUndo();
  const [undoneNow, setUndoneNow] = useState(false);
  const undone = undoneNow || p.undone_at != null;
  const event = p.event_id;
  return (
    <Line
      glyph={<CircleCheck className="size-4 shrink-0 text-ok" aria-hidden />}
      action={
        event &&
        !undone && (
          <Button size="card" onClick={() => void undo(event).then(setUndoneNow)}>
            Undo
          </Button>
        )
      }
    >
      <Strong>{p.automatic ? "Applied without asking" : "Approved"}</Strong>{" "}
      {p.automatic ? "as the policy allows, for" : "by"} {p.decided_by?.name ?? "someone"}
      {p.decided_at && (
        <time dateTime={p.decided_at} title={dateTime(p.decided_at)}>
          , {time(p.decided_at)}
        </time>
      )}
      {undone && ", then undone"}
    </Line>
  );
}

function OutOfDate({ proposal: p }: { proposal: Proposal }) {
  const [compare, setCompare] = useState(false);
  const label = (field: string) => p.diff.find((c) => c.field === field)?.label ?? field;
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
          .map((f) => `${label(f.field)} is now ${readable(f.current, f.current_label) ?? "empty"}`)
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
}
