/** Whether a version may be opened, where that is to be said. */
import { ShieldAlert, ShieldQuestion } from "lucide-react";
import type { FileState } from "@/api/types";
import { Badge } from "@/components/ui/badge";

export function StateBadge({ state, finding }: { state: FileState; finding?: string | null }) {
  if (state === "scanning") return <Badge>Being checked</Badge>;
  if (state === "infected")
    return (
      <Badge kind="bad">
        <ShieldAlert className="size-3" aria-hidden /> Blocked{finding ? `: ${finding}` : ""}
      </Badge>
    );
  if (state === "failed")
    return (
      <Badge kind="warn">
        <ShieldQuestion className="size-3" aria-hidden /> Not checked{finding ? `: ${finding}` : ""}
      </Badge>
    );
  return null;
}
