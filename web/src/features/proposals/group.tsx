import { Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { useMe } from "@/api/shared";
import type { Proposal } from "@/api/types";
import { ProposalCard } from "@/components/crm/proposal-card";
import { undoable } from "@/components/crm/proposal-many";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { PersonMark } from "@/components/ui/marks";
import { ago, number, plural } from "@/lib/format";
import type { Group } from "./groups";

/** What one request proposed: who asked, when, and each change; what was approved of it can be undone as a whole. */
export function RunGroup(props: {
  group: Group;
  choosable: Proposal[];
  ticked: string[];
  onTick: (of: Proposal[], on: boolean) => void;
  busy: boolean;
  onUndo: (all: Proposal[]) => void;
}) {
  const { run, proposals } = props.group;
  const me = useMe();
  const first = proposals[0];
  if (!first) return null;
  const back = undoable(proposals);
  return (
    <li className="flex flex-col gap-2">
      <header className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-meta text-fg-3">
        <PersonMark id={first.requested_by.id} name={first.requested_by.name} size={16} />
        <span>
          asked by {first.requested_by.name}, {ago(first.created_at)}
          {proposals.length > 1 && `, ${plural(proposals.length, "proposal")} of one request`}
        </span>
        {/* A run is its person's own. */}
        {first.requested_by.id === me.user.id && (
          <Link to="/assistant/runs/$id" params={{ id: run }} className="text-accent-text hover:underline">
            How it came about
          </Link>
        )}
        {back.length > 1 && (
          <Button size="row" className="ml-auto" disabled={props.busy} onClick={() => props.onUndo(back)}>
            <Undo2 /> Undo all {number(back.length)}
          </Button>
        )}
      </header>
      <ul className="flex flex-col gap-2">
        {proposals.map((p) => {
          const choosable = props.choosable.includes(p);
          return (
            <li key={p.id} className="flex gap-2.5">
              {choosable && (
                <span className="pt-2.5">
                  <Checkbox
                    aria-label={`Choose the proposal for ${p.target.name}`}
                    checked={props.ticked.includes(p.id)}
                    onCheckedChange={(on) => props.onTick([p], on === true)}
                  />
                </span>
              )}
              <div className="min-w-0 flex-1">
                {p.status !== "pending" && (
                  <p className="mb-1 truncate text-cell text-fg">
                    {p.target.name} <span className="text-fg-3">{p.diff.map((c) => c.label).join(", ")}</span>
                  </p>
                )}
                <ProposalCard proposal={p} />
              </div>
            </li>
          );
        })}
      </ul>
    </li>
  );
}
