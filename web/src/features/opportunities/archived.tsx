import { Archive } from "lucide-react";
import type { Opportunity } from "@/api/types";
import { Button } from "@/components/ui/button";
import { dateTime } from "@/lib/format";
import { useArchive } from "./use-archive";

/** Above an archived deal: what that means, and the way back. */
export function Archived({ o }: { o: Opportunity }) {
  const archive = useArchive(o);
  return (
    <p className="flex flex-wrap items-center gap-2 rounded-md bg-muted px-3 py-2 text-cell text-fg-2">
      <Archive className="size-4 shrink-0" aria-hidden />
      <span className="flex-1">
        Archived {dateTime(o.archived_at ?? o.updated_at)}. It is kept out of lists, the board and totals unless they
        are asked for it.
      </span>
      {o.may.update && (
        <Button size="row" busy={archive.isPending && "Bringing back"} onClick={() => archive.mutate(false)}>
          Bring back
        </Button>
      )}
    </p>
  );
}
