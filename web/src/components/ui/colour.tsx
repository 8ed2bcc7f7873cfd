/** The colours that a stage can have: names of tokens. A colour is never the only sign of anything. */
import type { Stage } from "@/api/types";
import { cn } from "@/lib/cn";

export type Colour = NonNullable<Stage["colour"]>;

export const COLOURS: Record<Colour, { label: string; ground: string }> = {
  grey: { label: "Grey", ground: "bg-stage-grey" },
  blue: { label: "Blue", ground: "bg-stage-blue" },
  teal: { label: "Teal", ground: "bg-stage-teal" },
  green: { label: "Green", ground: "bg-stage-green" },
  amber: { label: "Amber", ground: "bg-stage-amber" },
  orange: { label: "Orange", ground: "bg-stage-orange" },
  red: { label: "Red", ground: "bg-stage-red" },
  violet: { label: "Violet", ground: "bg-stage-violet" },
};

export function ColourDot({ colour, className }: { colour: Colour; className?: string }) {
  return <span aria-hidden className={cn("size-2.5 shrink-0 rounded-full", COLOURS[colour].ground, className)} />;
}
