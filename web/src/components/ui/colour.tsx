/** The colours that a stage can have: names of tokens. A colour is never the only sign of anything. */
import type { Stage } from "@/api/types";
import { cn } from "@/lib/cn";

export type Colour = NonNullable<Stage["colour"]>;

const COLOURS: Record<Colour, { label: string; ground: string }> = {
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

/** One of them, or none: a row of radio buttons. */
export function ColourPicker(props: { name: string; value: Colour | null; onChange: (colour: Colour | null) => void }) {
  return (
    <div role="radiogroup" aria-label="Colour" className="flex flex-wrap gap-1">
      <Swatch name={props.name} label="None" on={props.value === null} onPick={() => props.onChange(null)}>
        <span aria-hidden className="size-4 rounded-full border border-line-control" />
      </Swatch>
      {(Object.keys(COLOURS) as Colour[]).map((c) => (
        <Swatch
          key={c}
          name={props.name}
          label={COLOURS[c].label}
          on={props.value === c}
          onPick={() => props.onChange(c)}
        >
          <ColourDot colour={c} className="size-4" />
        </Swatch>
      ))}
    </div>
  );
}

function Swatch(props: { name: string; label: string; on: boolean; onPick: () => void; children: React.ReactNode }) {
  return (
    <label
      title={props.label}
      className={cn(
        "relative grid size-8 cursor-pointer place-items-center rounded-md border border-transparent hover:bg-muted has-focus-visible:outline-2 has-focus-visible:outline-accent",
        props.on && "border-accent bg-accent-soft",
      )}
    >
      <input
        type="radio"
        name={props.name}
        checked={props.on}
        onChange={props.onPick}
        aria-label={props.label}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      {props.children}
    </label>
  );
}
