import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export const fieldVariants = cva(
  "w-full min-w-0 rounded-md border field-halo border-line-control bg-bg text-fg transition-shadow duration-100 disabled:border-line disabled:bg-muted disabled:text-fg-3",
  {
    variants: {
      size: { md: "h-8 px-2.5 text-cell", lg: "h-10 px-2.5 text-body", touch: "h-11 px-3 text-body" },
    },
    defaultVariants: { size: "md" },
  },
);

type InputProps = Omit<ComponentProps<"input">, "size"> & VariantProps<typeof fieldVariants>;

export function Input({ className, size, ...props }: InputProps) {
  return <input data-slot="input" className={cn(fieldVariants({ size }), className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      data-slot="textarea"
      className={cn(fieldVariants(), "h-auto min-h-16 resize-y py-1.5", className)}
      {...props}
    />
  );
}

/** A native select: the platform's own list on the phone, the keyboard's own behaviour everywhere. */
export function Select({
  className,
  size,
  ...props
}: Omit<ComponentProps<"select">, "size"> & VariantProps<typeof fieldVariants>) {
  return <select data-slot="select" className={cn(fieldVariants({ size }), "pr-1", className)} {...props} />;
}
