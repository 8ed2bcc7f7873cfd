import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { Share, SharedObject } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { SkeletonRows } from "@/components/ui/states";
import { date } from "@/lib/format";
import { sharesQuery, useShares } from "./share-query";
import type { Shareable } from "./sharing";
import { TeamMark } from "./team-mark";

/** With whom a record is shared, each to be taken back. */
export function ShareList({ type, record }: { type: SharedObject; record: Shareable }) {
  const query = useQuery(sharesQuery(type, record.id));
  const { drop } = useShares(type, record.id);
  const shares = query.data ?? [];
  return (
    <section aria-label="Shared with" className="flex flex-col">
      <h3 className="pb-1 text-meta font-medium text-fg-2">Shared with</h3>
      {query.isPending && <SkeletonRows rows={2} />}
      {query.isSuccess && shares.length === 0 && (
        <p className="py-2 text-cell text-fg-3">Nobody yet: who sees this, sees it by their role.</p>
      )}
      <ul>
        {shares.map((share) => (
          <li key={share.id} className="flex min-h-10 items-center gap-2 border-b border-line text-cell last:border-0">
            <Who share={share} />
            {share.expires_at && (
              <span className="text-meta text-fg-3">until {date(share.expires_at.slice(0, 10))}</span>
            )}
            <Badge kind={share.level === "edit" ? "selected" : "neutral"}>
              {share.level === "edit" ? "Edit" : "Read"}
            </Badge>
            {record.may.update && (
              <Button
                variant="quiet"
                size="iconRow"
                aria-label={`Stop sharing with ${(share.user ?? share.team)?.name ?? "this"}`}
                disabled={drop.isPending}
                onClick={() => drop.mutate(share.id)}
              >
                <X />
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Who({ share }: { share: Share }) {
  const { user, team } = share;
  return (
    <span className="flex min-w-0 flex-1 items-center gap-1.5">
      {user ? <PersonMark id={user.id} name={user.name} /> : <TeamMark />}
      <span className="truncate font-medium text-fg">{(user ?? team)?.name}</span>
      {team && <span className="shrink-0 text-meta text-fg-3">and teams below</span>}
    </span>
  );
}
