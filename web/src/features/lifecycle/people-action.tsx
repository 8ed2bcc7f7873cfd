import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { usersQuery } from "@/api/shared";
import type { LifecycleWhom } from "@/api/types";
import { Button } from "@/components/ui/button";
import { PersonSelect, RoleSelect } from "@/components/crm/person-role-select";
import { Input, Select } from "@/components/ui/input";
import type { Action } from "./model";
import { dealApprovalsQuery, rolesQuery } from "./queries";

type People = Exclude<Action, { do: "create_task" | "set_field" }>;

/** What a stage has people do: a new owner, a word to some, an approval. */
export function PeopleAction(props: { n: number; action: People; onChange: (action: People) => void }) {
  const { action: a, n, onChange } = props;
  if (a.do === "change_owner") {
    return (
      <>
        <span>the deal goes to</span>
        <WhomPick
          label={`New owner of action ${n}`}
          value={a.to}
          owner={false}
          onChange={(to) => onChange({ ...a, to })}
        />
      </>
    );
  }
  if (a.do === "request_approval") return <ApprovalPick n={n} value={a.approval_id} onChange={onChange} />;
  const put = (at: number, to: LifecycleWhom) => onChange({ ...a, to: a.to.map((w, i) => (i === at ? to : w)) });
  return (
    <div className="flex w-full flex-col gap-2">
      {a.to.map((whom, i) => (
        <div key={i} className="flex items-center gap-2">
          <span>tell</span>
          <WhomPick label={`Person ${i + 1} of action ${n}`} value={whom} owner onChange={(to) => put(i, to)} />
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Remove person ${i + 1} of action ${n}`}
            disabled={a.to.length === 1}
            onClick={() => onChange({ ...a, to: a.to.filter((_, at) => at !== i) })}
          >
            <X />
          </Button>
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => onChange({ ...a, to: [...a.to, { kind: "owner" }] })}>
          <Plus /> Add person
        </Button>
        <Input
          aria-label={`Message of action ${n}`}
          className="min-w-0 flex-1 basis-48"
          placeholder="What to say with it"
          maxLength={500}
          value={a.message ?? ""}
          onChange={(e) => onChange({ ...a, message: e.target.value })}
        />
      </div>
    </div>
  );
}

function ApprovalPick(props: { n: number; value: string; onChange: (action: People) => void }) {
  const all = useQuery(dealApprovalsQuery()).data ?? [];
  return (
    <>
      <span>ask for</span>
      <Select
        aria-label={`Approval of action ${props.n}`}
        className="min-w-0 flex-1 basis-40"
        value={props.value}
        onChange={(e) => props.onChange({ do: "request_approval", approval_id: e.target.value })}
      >
        {all.map((a) => (
          <option key={a.id} value={a.id}>
            {a.name}
          </option>
        ))}
      </Select>
    </>
  );
}

function WhomPick(props: {
  label: string;
  value: LifecycleWhom;
  /** Whether the owner and roles can be meant: a deal goes to one other person. */
  owner: boolean;
  onChange: (whom: LifecycleWhom) => void;
}) {
  const { value: v, label, onChange } = props;
  const people = useSuspenseQuery(usersQuery()).data.filter((u) => u.active);
  const roles = useQuery(rolesQuery()).data ?? [];
  const choose = (kind: string) => {
    if (kind === "person") onChange({ kind, user_id: people[0]?.id ?? "" });
    else if (kind === "role") onChange({ kind, role_id: roles[0]?.id ?? "" });
    else onChange({ kind: kind === "owner" ? "owner" : "team_lead" });
  };
  return (
    <>
      <Select aria-label={label} className="w-36" value={v.kind} onChange={(e) => choose(e.target.value)}>
        <option value="team_lead">the team lead</option>
        <option value="person">a person</option>
        {props.owner && <option value="owner">the owner</option>}
        {props.owner && <option value="role">a role</option>}
      </Select>
      {v.kind === "person" && (
        <PersonSelect
          label={`${label}: person`}
          className="w-44"
          value={v.user_id}
          onChange={(id) => onChange({ kind: "person", user_id: id })}
        />
      )}
      {v.kind === "role" && (
        <RoleSelect
          label={`${label}: role`}
          className="w-44"
          value={v.role_id}
          onChange={(id) => onChange({ kind: "role", role_id: id })}
        />
      )}
    </>
  );
}
