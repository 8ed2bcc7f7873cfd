import { Badge } from "@/components/ui/badge";
import { AgentMark } from "@/components/ui/marks";
import { number } from "@/lib/format";

/** That agents have proposed something for this record; nothing when they have not. */
export function PendingBadge({ count, words = false }: { count: number; words?: boolean }) {
  if (count === 0) return null;
  return (
    <Badge kind="proposed" className="h-[18px] shrink-0 px-1">
      <AgentMark size={16} /> {number(count)} <span className={words ? undefined : "sr-only"}>proposed</span>
    </Badge>
  );
}
