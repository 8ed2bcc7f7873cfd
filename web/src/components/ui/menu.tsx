/** A button with a menu. Only the button is there at first; the menu is fetched when it is reached for. */
import { Slot } from "radix-ui";
import { useState, type ReactElement, type ReactNode } from "react";
import { loadable } from "@/lib/loadable";

export const MenuView = loadable(() => import("./menu-view").then((m) => m.MenuView));

export type MenuEntry =
  | {
      label: ReactNode;
      run: () => void;
      icon?: ReactNode;
      /** Said quietly at the end of the line. */
      hint?: string;
      /** On or off; with it, the entry is a check. */
      checked?: boolean;
      /** Stays open after it. */
      stay?: boolean;
      bad?: boolean;
      disabled?: boolean;
    }
  | { heading: ReactNode }
  | "line";

export interface MenuProps {
  trigger: ReactElement;
  items: MenuEntry[];
  onOpen?: () => void;
  align?: "start" | "end";
  side?: "top" | "bottom";
  className?: string;
}

/** `view` shows the entries that it knows of itself behind those that are given. */
export function Menu({ view: View = MenuView, ...props }: MenuProps & { view?: typeof MenuView }) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={View.load}
      onFocus={View.load}
      onClick={() => {
        setWanted(true);
        props.onOpen?.();
      }}
    >
      {props.trigger}
    </Slot.Root>
  );
  return wanted ? <View {...props} fallback={button} /> : button;
}
