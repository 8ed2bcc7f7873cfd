import { Columns3 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { cn } from "@/lib/cn";
import { loadable } from "@/lib/loadable";
import type { ChosenColumns } from "./use-columns";

const ColumnPanel = loadable(() => import("./column-panel").then((m) => m.ColumnPanel));

export interface ColumnChooserProps {
  columns: { id: string; header: string }[];
  chosen: ChosenColumns;
  /** Whether columns of this list can stay in sight when it is scrolled sideways. */
  pins?: boolean;
  /** What they are called, where they are no columns. */
  label?: string;
}

export function ColumnChooser(props: ColumnChooserProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="flex max-h-[min(32rem,var(--radix-popover-content-available-height))] w-72 flex-col overflow-hidden"
      trigger={
        <Button
          // A list has no columns on a phone; cards have their fields there too.
          className={cn("h-[34px] shrink-0", !props.label && "max-md:hidden")}
          onPointerEnter={ColumnPanel.load}
        >
          <Columns3 /> <span className="max-md:sr-only">{props.label ?? "Columns"}</span>
        </Button>
      }
    >
      <ColumnPanel {...props} />
    </Popover>
  );
}
