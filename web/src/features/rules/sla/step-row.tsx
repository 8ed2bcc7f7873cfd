import { X } from "lucide-react";
import type { SlaAction, SlaObject, SlaStep } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";
import { DurationInput } from "./duration";
import { Recipients } from "./recipients";
import { WhoSelect } from "./who-select";
import { actionOf, ACTIONS } from "./values";

const WHEN: [SlaStep["when"], string][] = [
  ["warning", "At the warning"],
  ["breach", "At the breach"],
  ["after_breach", "After the breach"],
];

export function StepRow(props: {
  n: number;
  step: SlaStep;
  object: SlaObject;
  warns: boolean;
  onChange: (step: SlaStep) => void;
  onRemove: () => void;
}) {
  const { n, step, onChange } = props;
  const when = (next: SlaStep["when"]) =>
    onChange({ ...step, when: next, after: next === "after_breach" ? { value: 1, unit: "hours" } : null });
  return (
    <li className="flex flex-wrap items-start gap-2 rounded-lg border border-line p-2">
      <Select
        aria-label={`When step ${n} is taken`}
        className="w-44"
        value={step.when}
        onChange={(e) => when(e.target.value as SlaStep["when"])}
      >
        {WHEN.map(([value, label]) => (
          <option key={value} value={value} disabled={value === "warning" && !props.warns}>
            {label}
          </option>
        ))}
      </Select>
      {step.when === "after_breach" && (
        <DurationInput
          label={`How long after the breach step ${n} is taken`}
          value={step.after ?? { value: 1, unit: "hours" }}
          onChange={(after) => onChange({ ...step, after })}
        />
      )}
      <Select
        aria-label={`What step ${n} does`}
        className="w-56"
        value={step.do.action}
        onChange={(e) => onChange({ ...step, do: actionOf(e.target.value as SlaAction["action"]) })}
      >
        {ACTIONS.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      <div className="min-w-0 flex-1 basis-64">
        <ActionFields
          n={n}
          object={props.object}
          value={step.do}
          onChange={(next) => onChange({ ...step, do: next })}
        />
      </div>
      <Button type="button" variant="quiet" size="icon" aria-label={`Remove step ${n}`} onClick={props.onRemove}>
        <X />
      </Button>
    </li>
  );
}

function ActionFields(props: { n: number; object: SlaObject; value: SlaAction; onChange: (value: SlaAction) => void }) {
  const { n, value, onChange } = props;
  switch (value.action) {
    case "notify":
      return <Recipients n={n} to={value.to} onChange={(to) => onChange({ action: "notify", to })} />;
    case "reassign":
      return (
        <WhoSelect
          label={`Who gets it in step ${n}`}
          fixed={[
            ["manager", "The owner’s manager"],
            ...(props.object === "lead" ? [["rules", "The assignment rules choose"] as const] : []),
          ]}
          value={value.to.who === "user" ? `user:${value.to.user_id}` : value.to.who}
          people
          onChange={(key, id) =>
            onChange({
              action: "reassign",
              to: key === "user" ? { who: "user", user_id: id } : { who: key === "rules" ? "rules" : "manager" },
            })
          }
        />
      );
    case "task":
      return (
        <div className="flex flex-wrap gap-2">
          <Input
            aria-label={`Title of the task of step ${n}`}
            placeholder="What is to be done"
            className="flex-1 basis-40"
            maxLength={300}
            value={value.title}
            onChange={(e) => onChange({ ...value, title: e.target.value })}
          />
          <label className="flex items-center gap-1.5 text-meta text-fg-2">
            due in
            <Input
              type="number"
              min={0}
              max={365}
              aria-label={`Days until the task of step ${n} is due`}
              className="w-16 tnum"
              value={Number.isNaN(value.due_in_days) ? "" : value.due_in_days}
              onChange={(e) => onChange({ ...value, due_in_days: e.target.valueAsNumber })}
            />
            days
          </label>
          <Select
            aria-label={`Whose the task of step ${n} is`}
            className="w-36"
            value={value.assignee ?? "owner"}
            onChange={(e) => onChange({ ...value, assignee: e.target.value === "manager" ? "manager" : "owner" })}
          >
            <option value="owner">for the owner</option>
            <option value="manager">for the manager</option>
          </Select>
        </div>
      );
    case "raise":
      return <p className="py-1.5 text-meta text-fg-3">They are told, and get a task of high priority for today.</p>;
  }
}
