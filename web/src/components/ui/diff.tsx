import { ArrowRight } from "lucide-react";
import { cn } from "@/lib/cn";

/** Old → new. The sign, the strike and the words carry it; the colour only helps. */
export function Diff({
  before,
  after,
  className,
}: {
  before: string | null;
  after: string | null;
  className?: string;
}) {
  return (
    <span data-slot="diff" className={cn("inline-flex min-w-0 flex-wrap items-center gap-1.5 text-cell", className)}>
      {before === null || before === "" ? (
        <span className="rounded-sm bg-muted px-1.5 py-px text-fg-3">empty</span>
      ) : (
        <del className="rounded-sm bg-bad-soft px-1.5 py-px text-bad-text decoration-1">
          <Sign>−</Sign>
          {before}
        </del>
      )}
      <ArrowRight className="size-3 shrink-0 text-fg-3" aria-label="becomes" />
      {after === null || after === "" ? (
        <span className="rounded-sm bg-muted px-1.5 py-px text-fg-3">empty</span>
      ) : (
        <ins className="rounded-sm bg-ok-soft px-1.5 py-px font-medium text-ok-text no-underline">
          <Sign>+</Sign>
          {after}
        </ins>
      )}
    </span>
  );
}

const Sign = ({ children }: { children: string }) => (
  <span className="mr-1 font-mono text-code font-semibold" aria-hidden>
    {children}
  </span>
);
