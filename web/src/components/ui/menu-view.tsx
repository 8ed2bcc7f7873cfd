/** The menu itself; it comes when a menu is first reached for. */
import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import { cn } from "@/lib/cn";
import type { MenuEntry, MenuProps } from "./menu";

const ITEM =
  "flex min-h-[30px] items-center gap-2 rounded-md px-2 py-1 outline-none select-none data-[disabled]:text-fg-3 data-[highlighted]:bg-muted pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-fg-3";

export function MenuView({ trigger, items, onOpen, align = "start", side = "bottom", className }: MenuProps) {
  return (
    <Radix.Root defaultOpen onOpenChange={(open) => open && onOpen?.()}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          data-slot="menu"
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 animate-fade overflow-y-auto rounded-xl bg-surface p-1 text-cell text-fg shadow-3",
            className,
          )}
        >
          {items.map((entry, i) => (
            <Entry key={i} entry={entry} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry === "line") return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
  if ("heading" in entry)
    return <Radix.Label className="px-2 pt-1.5 pb-1 text-meta font-medium text-fg-3">{entry.heading}</Radix.Label>;
  const { label, run, icon, hint, checked, bad, disabled = false, stay } = entry;
  const onSelect = (event: Event) => {
    if (stay) event.preventDefault();
    run();
  };
  const content = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {hint && <span className="text-meta text-fg-3 tnum">{hint}</span>}
    </>
  );
  return checked === undefined ? (
    <Radix.Item
      disabled={disabled}
      onSelect={onSelect}
      className={cn(ITEM, bad && "text-bad-text [&_svg]:text-bad-text")}
    >
      {content}
    </Radix.Item>
  ) : (
    <Radix.CheckboxItem checked={checked} onSelect={onSelect} className={cn(ITEM, "pl-7")}>
      <Radix.ItemIndicator className="absolute left-3">
        <Check className="text-accent!" />
      </Radix.ItemIndicator>
      {content}
    </Radix.CheckboxItem>
  );
}
