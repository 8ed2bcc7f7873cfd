import { ListTree, X } from "lucide-react";
import { Suspense, useState } from "react";
import { Menu } from "@/components/ui/menu";
import { Popover } from "@/components/ui/popover";
import { cn } from "@/lib/cn";
import { opLabel, opsOf, type FilterDef } from "./filters";
import { isBare, type Chip, type Op } from "./search";
import { loadable } from "@/lib/loadable";

const FilterValue = loadable(() => import("./filter-value").then((m) => m.FilterValue));

const PART = "h-full px-2 hover:text-fg focus-visible:-outline-offset-2";

/** Four parts: field, operator, value, remove. */
export function FilterChip(props: {
  chip: Chip;
  def: FilterDef | undefined;
  words: string;
  onChange: (chip: Chip | null) => void;
  onAdvance: () => void;
}) {
  const { chip, def, onChange } = props;
  const [open, setOpen] = useState(false);
  /** An operator that waits for its value. */
  const [next, setNext] = useState<Op | null>(null);
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
  const ops = opsOf(def);
  const op = next ?? chip.op;
  const turn = (to: Op) => {
    const keeps = chip.values.length > 0 && (to === "between") === (chip.op === "between");
    if (isBare(to)) onChange({ ...chip, op: to, values: [] });
    else if (keeps) onChange({ ...chip, op: to });
    else {
      setNext(to);
      setOpen(true);
    }
  };
  const close = (on: boolean) => {
    setOpen(on);
    if (!on) setNext(null);
  };
  return (
    <span className={cn(shell, "border-line-strong")}>
      <span className="flex h-full items-center bg-sunken px-2 text-fg-3">{def.label}</span>
      {ops.length > 1 ? (
        <Menu
          trigger={
            <button type="button" className={cn(PART, "border-l border-line text-fg-3")}>
              {opLabel(def.kind, op, chip.values.length > 1)}
            </button>
          }
          items={[
            ...ops.map((each) => ({
              label: opLabel(def.kind, each, chip.values.length > 1),
              checked: each === op,
              run: () => turn(each),
            })),
            "line",
            { label: "Move into the advanced filter", icon: <ListTree />, run: props.onAdvance },
          ]}
        />
      ) : (
        <span className="flex h-full items-center border-l border-line px-2 text-fg-3">
          {opLabel(def.kind, chip.op, chip.values.length > 1)}
        </span>
      )}
      {(open || !isBare(op)) && (
        <Popover
          open={open}
          onOpenChange={close}
          trigger={
            <button
              type="button"
              className={cn(
                PART,
                "max-w-56 truncate border-l border-line font-medium text-fg data-[state=open]:bg-accent-soft data-[state=open]:inset-ring-[1.5px] data-[state=open]:inset-ring-accent",
              )}
            >
              {next ? "…" : props.words}
            </button>
          }
        >
          <Suspense>
            <FilterValue
              key={op}
              def={def}
              op={op}
              values={next ? [] : chip.values}
              onChange={(values, done) => {
                onChange(values.length > 0 ? { ...chip, op, values } : null);
                if (done) close(false);
              }}
            />
          </Suspense>
        </Popover>
      )}
      {remove}
    </span>
  );
}
