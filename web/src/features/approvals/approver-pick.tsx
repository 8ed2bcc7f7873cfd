import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { usersQuery } from "@/api/shared";
import { PersonSelect, RoleSelect } from "@/components/crm/person-role-select";
import { Input, Select } from "@/components/ui/input";
import type { Approver } from "./model";
import { rolesQuery } from "./queries";

const KINDS: [Approver["kind"], string][] = [
  ["manager", "The owner’s manager"],
  ["team_lead", "The team lead"],
  ["role", "A role"],
  ["person", "A person"],
];

/** Who is asked: a person, a role, the team lead, or a manager above the owner. */
export function ApproverPick(props: { label: string; value: Approver; onChange: (approver: Approver) => void }) {
  const { value: v, label, onChange } = props;
  const people = useSuspenseQuery(usersQuery()).data.filter((u) => u.active);
  const roles = useQuery(rolesQuery()).data ?? [];
  const choose = (kind: string) => {
    if (kind === "person") onChange({ kind, user_id: people[0]?.id ?? "" });
    else if (kind === "role") onChange({ kind, role_id: roles[0]?.id ?? "" });
    else if (kind === "manager") onChange({ kind, up: 1 });
    else onChange({ kind: "team_lead" });
  };
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
      <Select aria-label={label} className="w-44" value={v.kind} onChange={(e) => choose(e.target.value)}>
        {KINDS.map(([kind, words]) => (
          <option key={kind} value={kind}>
            {words}
          </option>
        ))}
      </Select>
      {v.kind === "person" && (
        <PersonSelect
          label={`${label}: person`}
          className="min-w-0 flex-1 basis-40"
          value={v.user_id}
          onChange={(id) => onChange({ kind: "person", user_id: id })}
        />
      )}
      {v.kind === "role" && (
        <RoleSelect
          label={`${label}: role`}
          className="min-w-0 flex-1 basis-40"
          value={v.role_id}
          onChange={(id) => onChange({ kind: "role", role_id: id })}
        />
      )}
      {v.kind === "manager" && (
        <label className="flex items-center gap-1.5 text-cell text-fg-2">
          levels up
          <Input
            type="number"
            aria-label={`${label}: levels up`}
            className="w-16"
            min={1}
            max={10}
            value={v.up}
            onChange={(e) => onChange({ kind: "manager", up: Math.max(1, Math.min(10, e.target.valueAsNumber || 1)) })}
          />
        </label>
      )}
    </div>
  );
}
