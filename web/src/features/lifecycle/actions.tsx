import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useOptions } from "@/api/shared";
import type { OptionKind, Stage } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";
import { parseTags } from "@/lib/parse";
import type { Action } from "./model";
import { PeopleAction } from "./people-action";
import { dealApprovalsQuery } from "./queries";
import { TaskAction } from "./task-action";

const FIELDS: Record<string, { label: string; options?: OptionKind }> = {
  next_step: { label: "Next step" },
  tags: { label: "Tags" },
  probability: { label: "Probability" },
  type_id: { label: "Type", options: "opportunity_type" },
  source_id: { label: "Source", options: "source" },
  industry_id: { label: "Industry", options: "industry" },
  region_id: { label: "Region", options: "region" },
};

/** What is done with a deal that has entered a stage. */
export function Actions(props: { stage: Stage; value: Action[]; onChange: (actions: Action[]) => void }) {
  const { value, onChange } = props;
  const approvals = useQuery(dealApprovalsQuery()).data ?? [];
  const put = (at: number, action: Action) => onChange(value.map((a, i) => (i === at ? action : a)));
  const title = `When a deal has entered ${props.stage.name}`;
  return (
    <section aria-label={title} className="flex flex-col gap-3 border-t border-line px-4 py-3">
      <h3 className="text-cell font-semibold text-fg">{title}</h3>
      {value.map((action, i) => (
        <div key={i} className="flex items-start gap-2 rounded-lg border border-line p-2">
          <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2 text-cell">
            {action.do === "create_task" ? (
              <TaskAction n={i + 1} action={action} onChange={(a) => put(i, a)} />
            ) : action.do === "set_field" ? (
              <FieldAction n={i + 1} action={action} onChange={(a) => put(i, a)} />
            ) : (
              <PeopleAction n={i + 1} action={action} onChange={(a) => put(i, a)} />
            )}
          </div>
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Remove action ${i + 1}`}
            onClick={() => onChange(value.filter((_, n) => n !== i))}
          >
            <X />
          </Button>
        </div>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button
          onClick={() =>
            onChange([...value, { do: "create_task", title: "", due_in_days: 2, working_days: true, for_owner: true }])
          }
        >
          <Plus /> Make a task
        </Button>
        <Button onClick={() => onChange([...value, { do: "set_field", field: "next_step", value: "" }])}>
          <Plus /> Set a field
        </Button>
        <Button onClick={() => onChange([...value, { do: "change_owner", to: { kind: "team_lead" } }])}>
          <Plus /> Change the owner
        </Button>
        <Button onClick={() => onChange([...value, { do: "notify", to: [{ kind: "team_lead" }], message: "" }])}>
          <Plus /> Notify
        </Button>
        {approvals[0] && (
          <Button onClick={() => onChange([...value, { do: "request_approval", approval_id: approvals[0]?.id ?? "" }])}>
            <Plus /> Ask for approval
          </Button>
        )}
      </div>
    </section>
  );
}

type SetField = Extract<Action, { do: "set_field" }>;

function FieldAction(props: { n: number; action: SetField; onChange: (action: SetField) => void }) {
  const { action: a, n, onChange } = props;
  const kind = FIELDS[a.field]?.options;
  const options = useOptions(kind ?? "opportunity_type");
  const text = Array.isArray(a.value)
    ? a.value.join(", ")
    : typeof a.value === "string" || typeof a.value === "number"
      ? String(a.value)
      : "";
  const typed = (value: string) =>
    a.field === "tags" ? parseTags(value) : a.field === "probability" ? Number(value) || 0 : value;
  return (
    <>
      <Select
        aria-label={`Field of action ${n}`}
        className="w-36"
        value={a.field}
        onChange={(e) => onChange({ ...a, field: e.target.value, value: e.target.value === "tags" ? [] : "" })}
      >
        {Object.entries(FIELDS).map(([field, { label }]) => (
          <option key={field} value={field}>
            {label}
          </option>
        ))}
      </Select>
      <span>becomes</span>
      {kind ? (
        <Select
          aria-label={`Value of action ${n}`}
          className="w-44"
          value={text}
          onChange={(e) => onChange({ ...a, value: e.target.value })}
        >
          <option value="">Choose</option>
          {options.map((o) => (
            <option key={o.id} value={o.id}>
              {o.name}
            </option>
          ))}
        </Select>
      ) : (
        <Input
          aria-label={`Value of action ${n}`}
          className="min-w-0 flex-1 basis-40"
          value={text}
          onChange={(e) => onChange({ ...a, value: typed(e.target.value) })}
        />
      )}
    </>
  );
}
