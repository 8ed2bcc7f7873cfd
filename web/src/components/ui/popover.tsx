/** A button that opens a small panel. Only the button is there at first; the rest is fetched when it is reached for. */
import { Slot } from "radix-ui";
import { useState, type ReactElement, type ReactNode } from "react";
import { loadable } from "@/lib/loadable";

export const PopoverView = loadable(() => import("./popover-view").then((m) => m.PopoverView));

export interface PopoverProps {
  trigger: ReactElement;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  align?: "start" | "end";
  side?: "top" | "bottom";
  className?: string;
  children: ReactNode;
}

export function Popover(props: PopoverProps) {
  const [wanted, setWanted] = useState(props.open);
  const button = (
    <Slot.Root
      aria-haspopup="dialog"
      aria-expanded={false}
      onPointerEnter={PopoverView.load}
      onFocus={PopoverView.load}
      onClick={() => {
        setWanted(true);
        props.onOpenChange(true);
      }}
    >
      {props.trigger}
    </Slot.Root>
  );
  return wanted ? <PopoverView {...props} fallback={button} /> : button;
}
