import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { pipelinesQuery } from "@/api/shared";
import { ExpressionInput } from "@/components/crm/expression/input";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import type { Rules } from "./model";
import { vocabularyQuery } from "./queries";
import { fieldLabel } from "./words";

interface Part {
  rules: Rules;
  onChange: (more: Partial<Rules>) => void;
}

/** When an approval is needed, what waits for it, and what it is for. */
export function WhenForm({ rules, onChange, problem }: Part & { problem: string | undefined }) {
  const vocabulary = useQuery(vocabularyQuery(rules.object)).data;
  return (
    <div className="flex flex-col gap-4">
      <Field
        label="Needed when this is true"
        error={problem}
        hint="CEL, such as discount > 20. Always, when it is empty. Names complete as you type."
      >
        {(w) => (
          <ExpressionInput
            {...w}
            value={rules.condition}
            onChange={(condition) => onChange({ condition })}
            vocabulary={vocabulary && { facts: vocabulary.facts, functions: [] }}
          />
        )}
      </Field>
      {rules.object !== "proposal" && (
        <Check
          label="Ask by itself as soon as a change makes this true"
          checked={rules.automatic}
          onChange={(automatic) => onChange({ automatic })}
        />
      )}
      {rules.object === "lead" && (
        <Check
          label="A lead is not converted until it is approved"
          checked={rules.conversion}
          onChange={(conversion) => onChange({ conversion })}
        />
      )}
      {rules.object === "opportunity" && <Stages rules={rules} onChange={onChange} />}
      {rules.object !== "proposal" && (
        <fieldset>
          <legend className="mb-1 text-meta font-medium text-fg-2">What is approved, and locked meanwhile</legend>
          <div className="grid grid-cols-2 gap-x-4 md:grid-cols-3">
            {(vocabulary?.fields ?? rules.fields).map((field) => (
              <Check
                key={field}
                label={fieldLabel(field)}
                checked={rules.fields.includes(field)}
                onChange={(on) =>
                  onChange({ fields: on ? [...rules.fields, field] : rules.fields.filter((f) => f !== field) })
                }
              />
            ))}
          </div>
        </fieldset>
      )}
    </div>
  );
}

export function Check(props: { label: string; checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex min-h-7 items-center gap-2 text-cell text-fg pointer-coarse:min-h-11">
      <Checkbox checked={props.checked} onCheckedChange={(on) => props.onChange(on === true)} />
      {props.label}
    </label>
  );
}

function Stages({ rules, onChange }: Part) {
  const pipelines = useSuspenseQuery(pipelinesQuery()).data;
  return (
    <fieldset>
      <legend className="mb-1 text-meta font-medium text-fg-2">
        Stages that a deal does not enter until it is approved
      </legend>
      {pipelines.map((p) => (
        <div key={p.id} className="flex flex-wrap items-center gap-x-4">
          <span className="w-28 shrink-0 truncate text-meta text-fg-3">{p.name}</span>
          {p.stages.map((s) => (
            <Check
              key={s.id}
              label={s.name}
              checked={rules.stages.includes(s.id)}
              onChange={(on) =>
                onChange({ stages: on ? [...rules.stages, s.id] : rules.stages.filter((id) => id !== s.id) })
              }
            />
          ))}
        </div>
      ))}
    </fieldset>
  );
}
