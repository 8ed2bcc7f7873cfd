import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

export const Menu = Radix.Root;
export const MenuTrigger = Radix.Trigger;

export function MenuContent({ className, ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        data-slot="menu"
        sideOffset={4}
        collisionPadding={8}
        className={cn(
          "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 animate-fade overflow-y-auto rounded-xl bg-surface p-1 text-cell text-fg shadow-3",
          className,
        )}
        {...props}
      />
    </Radix.Portal>
  );
}

const ITEM =
  "flex min-h-[30px] items-center gap-2 rounded-md px-2 py-1 outline-none select-none data-[disabled]:text-fg-3 data-[highlighted]:bg-muted pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-fg-3";

export function MenuItem({ className, ...props }: ComponentProps<typeof Radix.Item>) {
  return <Radix.Item data-slot="menu-item" className={cn(ITEM, className)} {...props} />;
}

export function MenuCheck({ className, children, ...props }: ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem className={cn(ITEM, "pl-7", className)} {...props}>
      <Radix.ItemIndicator className="absolute left-3">
        <Check className="text-accent!" />
      </Radix.ItemIndicator>
      {children}
    </Radix.CheckboxItem>
  );
}

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-2 pt-1.5 pb-1 text-meta font-medium text-fg-3">{children}</Radix.Label>
);
export const MenuLine = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
