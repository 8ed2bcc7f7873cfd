import { SlidersHorizontal } from "lucide-react";
import type { ComponentProps } from "react";
import { Button } from "@/components/ui/button";

/** Opens what the board's columns and rows are; it stands there before its menu does. */
export const DisplayButton = (props: ComponentProps<typeof Button>) => (
  <Button className="h-[34px] shrink-0" aria-label="Columns, rows and order of the board" {...props}>
    <SlidersHorizontal /> <span className="max-md:sr-only">Display</span>
  </Button>
);
