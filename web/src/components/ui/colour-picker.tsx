/** The choice of a colour. */
import { cn } from "@/lib/cn";
import { ColourDot, COLOURS, type Colour } from "./colour";

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
