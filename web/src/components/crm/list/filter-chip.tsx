import { X } from "lucide-react";
import { Suspense, useState } from "react";
import { Menu } from "@/components/ui/menu";
import { Popover } from "@/components/ui/popover";
import { cn } from "@/lib/cn";
import { opLabel, opsOf, type FilterDef } from "./filters";
import type { Chip } from "./search";
import { loadable } from "@/lib/loadable";

const FilterValue = loadable(() => import("./filter-value").then((m) => m.FilterValue));

const PART = "h-full px-2 hover:text-fg focus-visible:-outline-offset-2";

/** Four parts: field, operator, value, remove. */
export function FilterChip(props: {
  chip: Chip;
  def: FilterDef | undefined;
  words: string;
  onChange: (chip: Chip | null) => void;
}) {
  const { chip, def, onChange } = props;
  const [open, setOpen] = useState(false);
  const remove = (
    <button
      type="button"
      aria-label={`Remove the filter on ${def?.label ?? chip.field}`}
      onClick={() => onChange(null)}
      className={cn(PART, "border-l border-line px-1.5 text-fg-3")}
    >
      <X className="size-3" />
    </button>
  );
  const shell =
    "inline-flex h-[26px] shrink-0 items-center overflow-hidden rounded-md border text-meta animate-fade pointer-coarse:h-9";
  if (!def) {
    return (
      <span className={cn(shell, "border-bad")}>
        <span className="flex h-full items-center bg-bad-soft px-2 text-bad-text">{chip.field}</span>
        <span className="px-2 font-medium text-fg">{props.words}</span>
        {remove}
      </span>
    );
  }
  const ops = opsOf(def.kind);
  return (
    <span className={cn(shell, "border-line-strong")}>
      <span className="flex h-full items-center bg-sunken px-2 text-fg-3">{def.label}</span>
      {ops.length > 1 ? (
        <Menu
          trigger={
            <button type="button" className={cn(PART, "border-l border-line text-fg-3")}>
              {opLabel(def.kind, chip.op, false)}
            </button>
          }
          items={ops.map((op) => ({
            label: opLabel(def.kind, op, false),
            checked: op === chip.op,
            run: () => onChange({ ...chip, op }),
          }))}
        />
      ) : (
        <span className="flex h-full items-center border-l border-line px-2 text-fg-3">
          {opLabel(def.kind, chip.op, chip.values.length > 1)}
        </span>
      )}
      <Popover
        open={open}
        onOpenChange={setOpen}
        trigger={
          <button
            type="button"
            className={cn(
              PART,
              "max-w-56 truncate border-l border-line font-medium text-fg data-[state=open]:bg-accent-soft data-[state=open]:inset-ring-[1.5px] data-[state=open]:inset-ring-accent",
            )}
          >
            {props.words}
          </button>
        }
      >
        <Suspense>
          <FilterValue
            def={def}
            op={chip.op}
            values={chip.values}
            onChange={(values, done) => {
              onChange(values.length > 0 ? { ...chip, values } : null);
              if (done) setOpen(false);
            }}
          />
        </Suspense>
      </Popover>
      {remove}
    </span>
  );
}
