/** The columns of a list: which show, in which order, and which stay in sight. */
import { Pin, PinOff } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { SortableList } from "@/components/ui/sortable";
import { cn } from "@/lib/cn";
import type { ColumnChooserProps } from "./column-chooser";
import { inOrder, type ChosenColumn } from "./use-columns";

export function ColumnPanel({ columns, chosen, pins, label = "Columns" }: ColumnChooserProps) {
  const names = new Map(columns.map((c) => [c.id, c.header]));
  const shown = chosen.shown.filter((c) => c.id !== "name" && names.has(c.id));
  const hidden = columns.filter((c) => c.id !== "name" && !shown.some((s) => s.id === c.id));
  // What this person may not read keeps its place, out of sight.
  const others = chosen.shown.filter((c) => c.id === "name" || !names.has(c.id));
  const set = (next: ChosenColumn[]) => chosen.set(inOrder([...others, ...next]));
  return (
    <>
      <div className="min-h-0 flex-1 scroll-thin overflow-y-auto p-1.5">
        <SortableList
          label={`${label} shown`}
          items={shown.map((c) => ({ ...c, name: names.get(c.id) ?? c.id }))}
          onOrder={(ids) => set(ids.flatMap((id) => shown.find((c) => c.id === id) ?? []))}
          row={(c) => (
            <>
              <Check label={c.name} checked onChange={() => set(shown.filter((s) => s.id !== c.id))} />
              {pins && (
                <Button
                  variant="quiet"
                  size="iconRow"
                  aria-label={`Keep ${c.name} in sight`}
                  aria-pressed={c.pinned}
                  title={c.pinned ? "No longer stays in sight" : "Stays in sight when the list is scrolled sideways"}
                  className={cn(c.pinned ? "text-accent-text" : "text-fg-3")}
                  onClick={() => set(shown.map((s) => (s.id === c.id ? { ...s, pinned: !s.pinned } : s)))}
                >
                  {c.pinned ? <PinOff /> : <Pin />}
                </Button>
              )}
            </>
          )}
        />
        {hidden.length > 0 && <p className="px-2 pt-3 pb-1 text-meta text-fg-3">Not shown</p>}
        <ul aria-label={`${label} not shown`}>
          {hidden.map((c) => (
            <li key={c.id} className="flex min-h-9 items-center pl-9">
              <Check
                label={c.header}
                checked={false}
                onChange={() => set([...shown, { id: c.id, pinned: false, width: null, figure: null }])}
              />
            </li>
          ))}
        </ul>
      </div>
      <div className="border-t border-line p-1.5">
        <Button variant="quiet" className="w-full justify-start" onClick={chosen.reset}>
          As at first
        </Button>
      </div>
    </>
  );
}

function Check(props: { label: string; checked: boolean; onChange: () => void }) {
  const id = useId();
  return (
    <span className="ml-1 flex min-w-0 flex-1 items-center gap-2">
      <Checkbox id={id} checked={props.checked} onCheckedChange={props.onChange} />
      <label htmlFor={id} className="truncate py-1.5">
        {props.label}
      </label>
    </span>
  );
}
