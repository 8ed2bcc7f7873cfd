import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { Spinner } from "./spinner";

const buttonVariants = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md text-cell font-medium whitespace-nowrap transition-transform duration-100 select-none active:scale-[0.985] disabled:active:scale-100 [&_svg]:size-[15px] [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary:
          "bg-accent text-on-accent shadow-1 hover:bg-accent-hover disabled:bg-muted disabled:text-fg-3 disabled:shadow-none",
        second:
          "border border-line-strong bg-surface text-fg shadow-1 hover:border-line-control active:bg-active disabled:border-line disabled:bg-muted disabled:text-fg-3 disabled:shadow-none",
        quiet: "text-fg hover:bg-muted active:bg-active disabled:text-fg-3",
        danger: "border border-line-strong bg-surface text-bad-text shadow-1 hover:border-bad active:bg-bad-soft",
        quietDanger: "text-bad-text hover:bg-bad-soft active:bg-bad-soft",
        link: "h-auto! px-0! text-accent-text hover:underline",
      },
      size: {
        row: "h-6 rounded-sm px-2 text-meta",
        card: "h-7 px-2.5",
        md: "h-[30px] px-3",
        lg: "h-[38px] rounded-lg px-4 text-body",
        touch: "h-11 rounded-lg px-4 text-body",
        icon: "size-[30px] p-0 [&_svg]:size-4",
        iconRow: "size-6 rounded-sm p-0 [&_svg]:size-3.5",
      },
    },
    defaultVariants: { variant: "second", size: "md" },
  },
);

type ButtonProps = ComponentProps<"button"> &
  VariantProps<typeof buttonVariants> & {
    asChild?: boolean;
    /** What it is doing: shows a spinner and this word, and keeps the button from being pressed again. */
    busy?: string | false;
  };

export function Button({ className, variant, size, asChild = false, busy = false, children, ...props }: ButtonProps) {
  if (asChild) {
    return (
      <Slot.Root data-slot="button" className={cn(buttonVariants({ variant, size }), className)} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      data-slot="button"
      aria-busy={busy !== false}
      className={cn(buttonVariants({ variant, size }), className)}
      {...props}
      disabled={props.disabled === true || busy !== false}
    >
      {busy === false ? (
        children
      ) : (
        <>
          <Spinner /> {busy}
        </>
      )}
    </button>
  );
}
