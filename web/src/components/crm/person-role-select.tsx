import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { rolesQuery, usersQuery } from "@/api/shared";
import { Select } from "@/components/ui/input";

interface Props {
  label: string;
  value: string;
  className: string;
  onChange: (id: string) => void;
}

/** One of the colleagues who are active. */
export function PersonSelect(props: Props) {
  const people = useSuspenseQuery(usersQuery()).data.filter((u) => u.active);
  return <Choice {...props} items={people} />;
}

/** One of the roles. */
export function RoleSelect(props: Props) {
  return <Choice {...props} items={useQuery(rolesQuery()).data ?? []} />;
}

function Choice({ items, label, value, className, onChange }: Props & { items: { id: string; name: string }[] }) {
  return (
    <Select aria-label={label} className={className} value={value} onChange={(e) => onChange(e.target.value)}>
      {items.map((item) => (
        <option key={item.id} value={item.id}>
          {item.name}
        </option>
      ))}
    </Select>
  );
}
