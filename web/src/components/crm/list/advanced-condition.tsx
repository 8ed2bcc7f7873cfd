/** One condition of an advanced filter: field, operator, value. */
import { X } from "lucide-react";
import { useState } from "react";
import { useMe } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { FilterValue } from "./filter-value";
import { opLabel, opsOf, useChipWords, type FilterDef } from "./filters";
import { isBare, type Comparison, type Op } from "./search";

export function AdvancedCondition(props: {
  defs: FilterDef[];
  condition: Comparison;
  refused: boolean;
  onChange: (next: Comparison) => void;
  onRemove: () => void;
}) {
  const { defs, condition, onChange } = props;
  const [open, setOpen] = useState(false);
  const words = useChipWords([condition], defs, useMe().organisation.currency);
  const def = defs.find((d) => d.field === condition.field);
  const ops = def ? opsOf(def) : [condition.op];
  const missing = props.refused && !isBare(condition.op) && condition.values.length === 0;
  const choose = (field: string) => {
    const next = defs.find((d) => d.field === field);
    if (next) onChange({ field, op: opsOf(next)[0] ?? "is", values: [] });
  };
  const turn = (op: Op) => {
    const same = isBare(op) || (op === "between") !== (condition.op === "between");
    onChange({ ...condition, op, values: same ? [] : condition.values });
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-1.5 md:grid-cols-[minmax(0,1fr)_auto_minmax(0,1.2fr)_auto]">
      <Select aria-label="Field" value={condition.field} onChange={(e) => choose(e.target.value)}>
        {!def && <option value={condition.field}>{condition.field}</option>}
        {defs.map((d) => (
          <option key={d.field} value={d.field}>
            {d.label}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Operator"
        className="w-auto max-md:col-start-1"
        value={condition.op}
        onChange={(e) => turn(e.target.value as Op)}
      >
        {ops.map((op) => (
          <option key={op} value={op}>
            {def ? opLabel(def.kind, op, condition.values.length > 1) : op}
          </option>
        ))}
      </Select>
      {isBare(condition.op) || !def ? (
        <span className="max-md:hidden" />
      ) : (
        <Popover
          open={open}
          onOpenChange={setOpen}
          trigger={
            <button
              type="button"
              aria-invalid={missing || undefined}
              className="h-8 min-w-0 truncate rounded-md border field-halo border-line-control bg-bg px-2.5 text-left text-cell text-fg max-md:col-start-1 pointer-coarse:h-11"
            >
              <span className="sr-only">Value: </span>
              {words(condition) || <span className="text-fg-3">Choose a value</span>}
            </button>
          }
        >
          <FilterValue
            key={`${condition.field} ${condition.op}`}
            def={def}
            op={condition.op}
            values={condition.values}
            onChange={(values, done) => {
              onChange({ ...condition, values });
              if (done) setOpen(false);
            }}
          />
        </Popover>
      )}
      <Button
        variant="quiet"
        size="icon"
        aria-label={`Remove the condition on ${def?.label ?? condition.field}`}
        className="max-md:col-start-2 max-md:row-start-1"
        onClick={props.onRemove}
      >
        <X />
      </Button>
    </div>
  );
}
