import { ListPlus, Plus, X } from "lucide-react";
import { useFields } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import { AdvancedCondition } from "./advanced-condition";
import { useFilters } from "./custom-filters";
import { opsOf } from "./filters";
import type { Comparison } from "./search";
import type { ListSpec } from "./spec";
import { isGroup, type Group, type Mode } from "./tree";

const MODES: [Mode, string][] = [
  ["all", "All of these hold"],
  ["any", "Any of these holds"],
  ["none", "None of these holds"],
];
/** Groups within groups. */
const MAX_DEPTH = 1;
/** As many as the API reads. */
const MAX_ITEMS = 50;

export function AdvancedGroup(props: {
  spec: ListSpec;
  group: Group;
  depth: number;
  refused: boolean;
  onChange: (group: Group) => void;
  onRemove?: () => void;
}) {
  const { spec, group, depth, onChange } = props;
  const { hides } = useFields(spec.object);
  const defs = useFilters(spec).filter((f) => !hides(f.kept ?? f.field));
  const first = defs[0];
  const fresh = (): Comparison[] => (first ? [{ field: first.field, op: opsOf(first)[0] ?? "is", values: [] }] : []);
  const put = (at: number, item: Group["items"][number] | null) =>
    onChange({ ...group, items: group.items.flatMap((old, n) => (n === at ? (item ? [item] : []) : [old])) });
  return (
    <fieldset
      className={cn("flex min-w-0 flex-col gap-2", depth > 0 && "rounded-lg border border-line bg-sunken p-2.5")}
    >
      <legend className="sr-only">{depth > 0 ? "Group of conditions" : "Conditions"}</legend>
      <div className="flex items-center gap-2">
        <Select
          aria-label={depth > 0 ? "Which of the group must hold" : "Which must hold"}
          className="w-auto"
          value={group.mode}
          onChange={(e) => onChange({ ...group, mode: e.target.value as Mode })}
        >
          {MODES.map(([mode, label]) => (
            <option key={mode} value={mode}>
              {label}
            </option>
          ))}
        </Select>
        {props.onRemove && (
          <Button
            variant="quiet"
            size="icon"
            aria-label="Remove the group"
            className="ml-auto"
            onClick={props.onRemove}
          >
            <X />
          </Button>
        )}
      </div>
      {group.items.map((item, n) =>
        isGroup(item) ? (
          <AdvancedGroup
            // The order is what tells them apart: none has a name of its own.
            key={n}
            {...props}
            group={item}
            depth={depth + 1}
            onChange={(next) => put(n, next)}
            onRemove={() => put(n, null)}
          />
        ) : (
          <AdvancedCondition
            key={n}
            defs={defs}
            condition={item}
            refused={props.refused}
            onChange={(next) => put(n, next)}
            onRemove={() => put(n, null)}
          />
        ),
      )}
      <div className="flex flex-wrap gap-1">
        <Button
          variant="quiet"
          size="card"
          disabled={group.items.length >= MAX_ITEMS}
          onClick={() => onChange({ ...group, items: [...group.items, ...fresh()] })}
        >
          <Plus /> Condition
        </Button>
        {depth < MAX_DEPTH && (
          <Button
            variant="quiet"
            size="card"
            disabled={group.items.length >= MAX_ITEMS}
            onClick={() => onChange({ ...group, items: [...group.items, { mode: "any", items: fresh() }] })}
          >
            <ListPlus /> Group
          </Button>
        )}
      </div>
    </fieldset>
  );
}
