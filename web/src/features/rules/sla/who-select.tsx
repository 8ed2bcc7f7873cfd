import { useQuery } from "@tanstack/react-query";
import { rolesQuery, teamsQuery, usersQuery } from "@/api/shared";
import { Select } from "@/components/ui/input";

/** Somebody: one of the fixed words, a person, a team or a role. */
export function WhoSelect(props: {
  label: string;
  fixed: readonly (readonly [string, string])[];
  value: string;
  people?: boolean;
  groups?: boolean;
  placeholder?: string;
  onChange: (key: string, id: string) => void;
}) {
  const people = (useQuery(usersQuery()).data ?? []).filter((u) => u.active || `user:${u.id}` === props.value);
  const teams = useQuery(teamsQuery()).data ?? [];
  const roles = useQuery(rolesQuery()).data ?? [];
  return (
    <Select
      aria-label={props.label}
      key={`${people.length}-${teams.length}-${roles.length}`}
      value={props.value}
      onChange={(e) => {
        const [key = "", id = ""] = e.target.value.split(":");
        props.onChange(key, id);
      }}
    >
      {props.placeholder && <option value="">{props.placeholder}</option>}
      {props.fixed.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
      {props.groups && <Group label="Teams" prefix="team" of={teams} />}
      {props.groups && <Group label="Roles" prefix="role" of={roles} />}
      {props.people && <Group label="People" prefix="user" of={people} />}
    </Select>
  );
}

function Group({ label, prefix, of }: { label: string; prefix: string; of: { id: string; name: string }[] }) {
  if (of.length === 0) return null;
  return (
    <optgroup label={label}>
      {of.map((one) => (
        <option key={one.id} value={`${prefix}:${one.id}`}>
          {one.name}
        </option>
      ))}
    </optgroup>
  );
}
