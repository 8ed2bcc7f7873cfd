import { OBJECTS } from "@/components/crm/expression/query";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import type { RuleObject } from "@/api/types";
import { EMPTY, type Definition } from "./model";

/** What it is called, and of what records. */
export function Head(props: { definition: Definition; onChange: (d: Definition) => void; fixed: boolean }) {
  const { definition: d, onChange } = props;
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 md:grid-cols-[160px_1fr]">
        <Field label="Object">
          {(w) => (
            <Select
              {...w}
              disabled={props.fixed}
              value={d.object}
              onChange={(e) =>
                onChange({
                  ...d,
                  object: e.target.value as RuleObject,
                  trigger: EMPTY.trigger,
                  condition: null,
                  steps: [],
                  scopes: {},
                })
              }
            >
              {OBJECTS.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Name" required>
          {(w) => (
            <Input
              {...w}
              value={d.name}
              maxLength={200}
              placeholder="First call for new deals"
              onChange={(e) => onChange({ ...d, name: e.target.value })}
            />
          )}
        </Field>
      </div>
      <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
        <Checkbox checked={d.active ?? false} onCheckedChange={(on) => onChange({ ...d, active: on === true })} />
        Switched on
      </label>
    </div>
  );
}
