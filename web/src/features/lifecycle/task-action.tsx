import { useQuery } from "@tanstack/react-query";
import { taskTemplatesQuery } from "@/components/crm/task-query";
import { TaskTemplateSelect } from "@/components/crm/task-template-select";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import type { Action } from "./model";

type Task = Extract<Action, { do: "create_task" }>;

/** A task that a stage makes: its own words, or those of a template. */
export function TaskAction(props: { n: number; action: Task; onChange: (action: Task) => void }) {
  const { action: a, n, onChange } = props;
  const templates = useQuery(taskTemplatesQuery()).data ?? [];
  const template = templates.find((t) => t.id === a.template_id);
  // Without a template it is due on a day that is said here.
  const days = (typed: number) => (Number.isNaN(typed) ? (template ? null : 0) : Math.max(0, Math.min(365, typed)));
  const choose = (id: string | null) =>
    onChange({ ...a, template_id: id, due_in_days: id ? null : (a.due_in_days ?? template?.due_in_days ?? 2) });
  return (
    <>
      <Input
        aria-label={`Title of task ${n}`}
        className="min-w-0 flex-1 basis-48"
        placeholder={template?.title ?? "Send the contract"}
        value={a.title ?? ""}
        maxLength={200}
        onChange={(e) => onChange({ ...a, title: e.target.value })}
      />
      <TaskTemplateSelect label={`Template of task ${n}`} value={a.template_id} onChange={choose} />
      <label className="flex items-center gap-1.5">
        due in
        <Input
          type="number"
          aria-label={`Days of task ${n}`}
          className="w-18"
          min={0}
          max={365}
          placeholder={template?.due_in_days?.toString() ?? "–"}
          value={a.due_in_days ?? ""}
          onChange={(e) => onChange({ ...a, due_in_days: days(e.target.valueAsNumber) })}
        />
        days
      </label>
      <label className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
        <Checkbox
          checked={a.working_days ?? false}
          onCheckedChange={(on) => onChange({ ...a, working_days: on === true })}
        />
        without weekends
      </label>
      <label className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
        <Checkbox checked={a.for_owner ?? false} onCheckedChange={(on) => onChange({ ...a, for_owner: on === true })} />
        for the owner
      </label>
    </>
  );
}
