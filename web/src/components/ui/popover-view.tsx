import { Popover as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import type { PopoverProps } from "./popover";

export const PopoverRoot = Radix.Root;
export const PopoverAnchor = Radix.Anchor;

export function PopoverContent({ className, ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        data-slot="popover"
        align="start"
        sideOffset={4}
        collisionPadding={8}
        className={cn(
          "z-50 w-64 animate-rise rounded-xl bg-surface text-cell text-fg shadow-3 outline-none",
          className,
        )}
        {...props}
      />
    </Radix.Portal>
  );
}

export function PopoverView({ trigger, open, onOpenChange, children, ...place }: PopoverProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <PopoverContent {...place}>{children}</PopoverContent>
    </Radix.Root>
  );
}
