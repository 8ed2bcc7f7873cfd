import { useQuery } from "@tanstack/react-query";
import { usersQuery } from "@/api/shared";
import { TaskTemplateSelect } from "@/components/crm/task-template-select";
import { Checkbox } from "@/components/ui/checkbox";
import { Input, Select, Textarea } from "@/components/ui/input";
import type { Step, StepOf } from "./model";
import { approvalDefinitionsQuery } from "./queries";
import { Receivers } from "./receivers";
import { SetFields } from "./set-fields";

interface Form<S> {
  n: number;
  step: S;
  onChange: (step: Step) => void;
}

/** What one step does. */
export function StepForm(props: Form<Step> & { object: Parameters<typeof SetFields>[0]["object"] }) {
  const { step, n, onChange } = props;
  switch (step.do) {
    case "set_fields":
      return <SetFields n={n} object={props.object} step={step} onChange={onChange} />;
    case "assign":
      return <p className="text-cell text-fg-2">The assignment rules choose its owner.</p>;
    case "create_task":
      return <TaskForm n={n} step={step} onChange={onChange} />;
    case "notify":
      return <NotifyForm n={n} step={step} onChange={onChange} />;
    case "request_approval":
      return <ApprovalForm n={n} object={props.object} step={step} onChange={onChange} />;
    case "webhook":
      return (
        <Input
          aria-label={`Address of step ${n}`}
          type="url"
          placeholder="https://example.com/hooks/deals"
          value={step.url}
          onChange={(e) => onChange({ ...step, url: e.target.value })}
        />
      );
    case "agent":
      return (
        <div className="flex flex-col gap-1">
          <Textarea
            aria-label={`Request of step ${n}`}
            rows={2}
            placeholder="Suggest a next step for {{name}}"
            value={step.goal}
            onChange={(e) => onChange({ ...step, goal: e.target.value })}
          />
          <p className="text-meta text-fg-3">
            It answers you, and proposes; a change waits for your approval, unless the guardrails let it through.
          </p>
        </div>
      );
  }
}

function TaskForm({ n, step: s, onChange }: Form<StepOf<"create_task">>) {
  const people = useQuery(usersQuery()).data?.filter((u) => u.active) ?? [];
  const who = s.assignee?.who === "person" ? s.assignee.id : "owner";
  return (
    <div className="flex flex-wrap items-center gap-2 text-cell">
      <Input
        aria-label={`Title of step ${n}`}
        className="min-w-0 flex-1 basis-56"
        placeholder="Call about {{name}}"
        maxLength={500}
        value={s.title ?? ""}
        onChange={(e) => onChange({ ...s, title: e.target.value })}
      />
      <TaskTemplateSelect
        label={`Template of step ${n}`}
        value={s.template_id}
        onChange={(id) => onChange({ ...s, template_id: id })}
      />
      <label className="flex items-center gap-1.5">
        due in
        <Input
          type="number"
          aria-label={`Days of step ${n}`}
          className="w-18"
          min={0}
          max={3650}
          value={s.due_in_days ?? 0}
          onChange={(e) => onChange({ ...s, due_in_days: Math.max(0, Math.min(3650, e.target.valueAsNumber || 0)) })}
        />
        days
      </label>
      <label className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
        <Checkbox
          checked={s.working_days ?? false}
          onCheckedChange={(on) => onChange({ ...s, working_days: on === true })}
        />
        without weekends
      </label>
      <label className="flex items-center gap-1.5">
        for
        <Select
          aria-label={`Assignee of step ${n}`}
          className="w-44"
          value={who}
          onChange={(e) =>
            onChange({
              ...s,
              assignee: e.target.value === "owner" ? { who: "owner" } : { who: "person", id: e.target.value },
            })
          }
        >
          <option value="owner">the owner</option>
          {people.map((p) => (
            <option key={p.id} value={p.id}>
              {p.name}
            </option>
          ))}
        </Select>
      </label>
    </div>
  );
}

function NotifyForm({ n, step: s, onChange }: Form<StepOf<"notify">>) {
  return (
    <div className="flex flex-col gap-2">
      <Receivers n={n} value={s.to} onChange={(to) => onChange({ ...s, to })} />
      <Input
        aria-label={`Message of step ${n}`}
        placeholder="{{name}} needs you"
        maxLength={500}
        value={s.message}
        onChange={(e) => onChange({ ...s, message: e.target.value })}
      />
      <p className="text-meta text-fg-3">Whoever does not see the record is told nothing.</p>
    </div>
  );
}

function ApprovalForm({ n, step: s, onChange, object }: Form<StepOf<"request_approval">> & { object: string }) {
  const definitions = useQuery(approvalDefinitionsQuery()).data?.filter((d) => d.rules.object === object) ?? [];
  return (
    <Select
      aria-label={`Approval of step ${n}`}
      className="max-w-sm"
      value={s.definition_id}
      onChange={(e) => onChange({ ...s, definition_id: e.target.value })}
    >
      <option value="">Choose an approval</option>
      {definitions.map((d) => (
        <option key={d.id} value={d.id}>
          {d.name}
        </option>
      ))}
    </Select>
  );
}
