import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import type { Definition } from "./model";

/** What keeps it from a storm. */
export function Limits(props: { definition: Definition; onChange: (d: Definition) => void }) {
  const { definition: d, onChange } = props;
  return (
    <Card title="Guards">
      <div className="grid gap-3 px-4 py-3 sm:grid-cols-2">
        <Field label="Most runs in an hour" hint="More switch it off, and you are told.">
          {(w) => (
            <Input
              {...w}
              type="number"
              min={1}
              max={10000}
              value={d.per_hour ?? 1000}
              onChange={(e) => onChange({ ...d, per_hour: Math.max(1, Math.min(10000, e.target.valueAsNumber || 1)) })}
            />
          )}
        </Field>
        <Field label="Days of rest for a record" hint="After a run it is left alone for so long.">
          {(w) => (
            <Input
              {...w}
              type="number"
              min={0}
              max={365}
              value={d.quiet_days ?? 0}
              onChange={(e) => onChange({ ...d, quiet_days: Math.max(0, Math.min(365, e.target.valueAsNumber || 0)) })}
            />
          )}
        </Field>
      </div>
    </Card>
  );
}
