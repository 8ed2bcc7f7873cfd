import { personColours } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import type { Mark } from "./marks";
import { whose } from "./words";

/** Who changed a value just now, as a tag that hangs on it and moves nothing. */
export function Tag({ mark, className }: { mark: Mark | undefined; className?: string }) {
  if (!mark?.fresh) return null;
  return (
    <span
      aria-hidden
      data-slot="live-tag"
      style={personColours(mark.who.id)}
      className={cn(
        "pointer-events-none absolute z-10 animate-fade rounded-xs px-1 text-micro font-medium whitespace-nowrap shadow-1",
        className,
      )}
    >
      {whose(mark)}, just now
    </span>
  );
}
