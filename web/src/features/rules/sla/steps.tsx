import { Plus } from "lucide-react";
import type { SlaObject, SlaStep } from "@/api/types";
import { Button } from "@/components/ui/button";
import { StepRow } from "./step-row";
import { actionOf } from "./values";

/** What happens at the warning, at the breach and after it, in this order. */
export function Steps(props: {
  steps: SlaStep[];
  object: SlaObject;
  warns: boolean;
  error: string | undefined;
  onChange: (steps: SlaStep[]) => void;
}) {
  const { steps, onChange } = props;
  const set = (at: number, step: SlaStep) => onChange(steps.map((other, n) => (n === at ? step : other)));
  return (
    <fieldset>
      <legend className="mb-1 text-meta font-medium text-fg-2">Escalation</legend>
      <p className="mb-2 text-meta text-fg-3">Each step is taken once for each clock.</p>
      {props.error && (
        <p role="alert" className="mb-2 text-meta text-bad-text">
          {props.error}
        </p>
      )}
      <ol className="flex flex-col gap-2">
        {steps.map((step, at) => (
          <StepRow
            key={at}
            n={at + 1}
            step={step}
            object={props.object}
            warns={props.warns}
            onChange={(next) => set(at, next)}
            onRemove={() => onChange(steps.filter((_, n) => n !== at))}
          />
        ))}
      </ol>
      {steps.length < 20 && (
        <Button
          type="button"
          className="mt-2"
          onClick={() => onChange([...steps, { when: "breach", after: null, do: actionOf("notify") }])}
        >
          <Plus /> Add a step
        </Button>
      )}
    </fieldset>
  );
}
