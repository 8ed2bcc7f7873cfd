import { Link } from "@tanstack/react-router";
import type { Approval } from "@/api/types";
import { after, before } from "@/components/crm/show-value";
import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import { PersonMark } from "@/components/ui/marks";
import { ago } from "@/lib/format";
import { STATUS, told, waitsFor } from "./words";

/** A request in a list: what, of what, by whom, and whom it waits for. */
export function Row(props: { approval: Approval; ticked?: boolean; onTick?: (on: boolean) => void }) {
  const { approval: a, onTick } = props;
  const status = STATUS[a.status];
  return (
    <li className="flex items-start gap-3 border-b border-line py-3 text-cell">
      {onTick && (
        <span className="pt-0.5">
          <Checkbox
            aria-label={`Choose ${a.definition.name} for ${a.subject.name}`}
            checked={props.ticked ?? false}
            onCheckedChange={(on) => onTick(on === true)}
          />
        </span>
      )}
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/approvals/$id"
            params={{ id: a.id }}
            className="font-medium text-fg underline-offset-2 hover:underline"
          >
            {a.subject.name}
          </Link>
          <span className="text-fg-2">{a.definition.name}</span>
          <Badge kind={status.kind}>{status.label}</Badge>
          {a.round > 1 && <span className="text-meta text-fg-3">begun anew</span>}
        </p>
        {a.changes.length > 0 && (
          <p className="truncate text-fg-2">
            {a.changes
              .map(told)
              .map((c) => `${c.label} ${c.old === null ? "" : `${before(c) ?? "empty"} → `}${after(c) ?? "empty"}`)
              .join(", ")}
          </p>
        )}
        <p className="flex flex-wrap items-center gap-1.5 text-meta text-fg-3">
          <PersonMark id={a.requested_by.id} name={a.requested_by.name} size={16} />
          <span>
            asked by {a.requested_by.name}, {ago(a.created_at)}
          </span>
          {a.status === "pending" && waitsFor(a) && <span>· waits for {waitsFor(a)}</span>}
          {a.may.stands_in_for.length > 0 && (
            <span>· you decide for {a.may.stands_in_for.map((p) => p.name).join(", ")}</span>
          )}
        </p>
      </div>
    </li>
  );
}
