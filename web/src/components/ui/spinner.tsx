import { cn } from "@/lib/cn";

/** With reduced motion the ring stands still and the word is read instead. */
export function Spinner({ className, label = "Working" }: { className?: string; label?: string }) {
  return (
    <span role="status" className={cn("inline-flex items-center", className)}>
      <span className="size-3 animate-spin rounded-full border-[1.5px] border-current border-r-transparent opacity-80 motion-reduce:hidden" />
      <span className="sr-only motion-reduce:not-sr-only">{label}</span>
    </span>
  );
}
