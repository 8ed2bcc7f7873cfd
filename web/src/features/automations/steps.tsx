import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { STEPS, newStep, stepsOf, type Definition, type Step } from "./model";
import { StepForm } from "./step-forms";

/** What is done, in order. */
export function Steps(props: { definition: Definition; onChange: (d: Definition) => void }) {
  const { definition: d, onChange } = props;
  const set = (steps: Step[]) => onChange({ ...d, steps });
  const swap = (i: number, j: number) => {
    const [a, b] = [d.steps[i], d.steps[j]];
    if (a && b) set(d.steps.map((step, n) => (n === i ? b : n === j ? a : step)));
  };
  return (
    <Card title="Then">
      <div className="flex flex-col gap-3 px-4 py-3">
        <ol className="flex flex-col gap-2">
          {d.steps.map((step, i) => (
            <li key={i} aria-label={`Step ${i + 1}`} className="rounded-lg border border-line">
              <div className="flex items-center gap-1 border-b border-line py-1 pr-1 pl-3">
                <p className="flex-1 text-cell font-medium text-fg">
                  {i + 1}. {STEPS[step.do]}
                </p>
                <Button
                  variant="quiet"
                  size="icon"
                  aria-label={`Step ${i + 1} earlier`}
                  disabled={i === 0}
                  onClick={() => swap(i, i - 1)}
                >
                  <ArrowUp />
                </Button>
                <Button
                  variant="quiet"
                  size="icon"
                  aria-label={`Step ${i + 1} later`}
                  disabled={i === d.steps.length - 1}
                  onClick={() => swap(i, i + 1)}
                >
                  <ArrowDown />
                </Button>
                <Button
                  variant="quiet"
                  size="icon"
                  aria-label={`Remove step ${i + 1}`}
                  onClick={() => set(d.steps.filter((_, n) => n !== i))}
                >
                  <X />
                </Button>
              </div>
              <div className="px-3 py-2">
                <StepForm
                  n={i + 1}
                  object={d.object}
                  step={step}
                  onChange={(next) => set(d.steps.map((s, n) => (n === i ? next : s)))}
                />
              </div>
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap gap-2">
          {stepsOf(d.object).map((what) => (
            <Button key={what} disabled={d.steps.length >= 10} onClick={() => set([...d.steps, newStep(what)])}>
              <Plus /> {STEPS[what]}
            </Button>
          ))}
        </div>
      </div>
    </Card>
  );
}
