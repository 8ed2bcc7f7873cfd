import type { Ref } from "@/api/types";
import { personColours } from "@/components/ui/marks";
import { cn } from "@/lib/cn";

/** What somebody does or has done to a value, as a tag in their colour that hangs on it and moves nothing. */
export function Tag(props: { who: Ref; className?: string; children: string }) {
  return (
    <span
      aria-hidden
      data-slot="live-tag"
      style={personColours(props.who.id)}
      className={cn(
        "pointer-events-none absolute z-10 animate-fade rounded-xs px-1 text-micro font-medium whitespace-nowrap outline-1 outline-bg",
        props.className,
      )}
    >
      {props.children}
    </span>
  );
}
