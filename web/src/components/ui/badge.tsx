import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

const badgeVariants = cva(
  "inline-flex h-5 shrink-0 items-center gap-1 rounded-sm px-1.5 text-meta font-medium whitespace-nowrap [&_svg]:size-3 [&_svg]:shrink-0",
  {
    variants: {
      kind: {
        neutral: "bg-muted text-fg-2",
        selected: "bg-accent-soft text-accent-text",
        outline: "border border-line-strong text-fg-2",
        proposed: "border border-dashed border-line-control text-fg",
        ok: "bg-ok-soft text-ok-text",
        warn: "bg-warn-soft text-warn-text",
        bad: "bg-bad-soft text-bad-text",
      },
    },
    defaultVariants: { kind: "neutral" },
  },
);

export function Badge({ className, kind, ...props }: ComponentProps<"span"> & VariantProps<typeof badgeVariants>) {
  return <span data-slot="badge" className={cn(badgeVariants({ kind }), className)} {...props} />;
}

export function Kbd({ className, ...props }: ComponentProps<"kbd">) {
  return (
    <kbd
      data-slot="kbd"
      className={cn(
        "inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-xs border border-line-strong bg-surface px-1 font-sans text-micro text-fg-3",
        className,
      )}
      {...props}
    />
  );
}
