/** A row of links that look like tabs: the URL says which is current. */
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export function TabRow({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    <nav
      aria-label={label}
      data-slot="tabs"
      className={cn("flex scroll-thin items-stretch gap-0 overflow-x-auto overflow-y-hidden", className)}
    >
      {children}
    </nav>
  );
}

export const tabClass = (current: boolean): string =>
  cn(
    "relative inline-flex h-full shrink-0 items-center gap-1.5 px-2.5 text-cell font-medium whitespace-nowrap text-fg-2 hover:text-fg focus-visible:-outline-offset-2",
    current && "text-fg after:absolute after:inset-x-0 after:bottom-0 after:h-0.5 after:bg-accent",
  );
