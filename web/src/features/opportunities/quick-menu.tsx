/** The menu of a card: fetched when one comes near the first. */
import { Archive, CircleCheck, CircleX, Ellipsis, ListPlus, Pencil, UserRound } from "lucide-react";
import type { Opportunity } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { can, KEYS, type OnQuick, type Quick } from "./card-quick";

function quickItems(o: Opportunity, onQuick: OnQuick): MenuEntry[] {
  const entry = (what: Quick, label: string, icon: React.ReactNode): MenuEntry[] => {
    const hint = Object.keys(KEYS)
      .find((key) => KEYS[key] === what)
      ?.toUpperCase();
    return can(o, what) ? [{ label, icon, ...(hint ? { hint } : {}), run: () => onQuick(o, what) }] : [];
  };
  return [
    ...entry("edit", "Edit", <Pencil />),
    ...entry("assign", "Assign", <UserRound />),
    ...entry("task", "Add a task", <ListPlus />),
    ...entry("won", "Close as won", <CircleCheck />),
    ...entry("lost", "Close as lost", <CircleX />),
    ...entry("archive", "Archive", <Archive />),
  ];
}

/** What can be done with a card where it lies; what is pressed there does not lift it. */
export function QuickMenu({ o, onQuick }: { o: Opportunity; onQuick: OnQuick }) {
  const stop = (event: { stopPropagation: () => void }) => event.stopPropagation();
  return (
    <span
      className="z-1 bg-surface opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-aria-expanded:opacity-100 pointer-coarse:relative pointer-coarse:-my-2 pointer-coarse:-mr-1.5 pointer-coarse:opacity-100 pointer-fine:absolute pointer-fine:right-1 pointer-fine:bottom-1"
      onMouseDown={stop}
      onTouchStart={stop}
      onKeyDown={stop}
    >
      <Menu
        align="end"
        trigger={
          <Button variant="quiet" size="iconRow" aria-label={`Actions for ${o.name}`} className="text-fg-3">
            <Ellipsis />
          </Button>
        }
        items={quickItems(o, onQuick)}
      />
    </span>
  );
}
