import { Check, Minus } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

type Props = Omit<ComponentProps<"input">, "checked" | "type" | "onChange"> & {
  checked?: boolean | "indeterminate";
  onCheckedChange?: (on: boolean | "indeterminate") => void;
};

const GLYPH = "pointer-events-none absolute inset-0 m-auto hidden size-3 text-on-accent";

/** The browser's own box, drawn as the kit has it. */
export function Checkbox({ className, checked, onCheckedChange, ...props }: Props) {
  const some = checked === "indeterminate";
  return (
    <span data-slot="checkbox" className={cn("relative inline-grid size-[15px] shrink-0", className)}>
      <input
        type="checkbox"
        ref={(box) => {
          if (box) box.indeterminate = some;
        }}
        {...(checked === undefined ? {} : { checked: checked === true })}
        onChange={(e) => onCheckedChange?.(e.target.checked)}
        className="peer relative size-full appearance-none rounded-xs border-[1.5px] border-line-control bg-bg after:absolute after:-inset-1.5 checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent"
        {...props}
      />
      <Minus className={cn(GLYPH, "peer-indeterminate:block")} strokeWidth={3} aria-hidden />
      <Check className={cn(GLYPH, "peer-checked:peer-not-indeterminate:block")} strokeWidth={3} aria-hidden />
    </span>
  );
}
