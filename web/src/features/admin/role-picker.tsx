import { CircleAlert } from "lucide-react";
import { useId } from "react";
import { Checkbox } from "@/components/ui/checkbox";

interface Pickable {
  id: string;
  name: string;
  description?: string;
}

/** Several roles stack: what one of them allows is allowed. */
export function RolePicker(props: {
  roles: Pickable[];
  value: string[];
  onChange: (roles: string[]) => void;
  error?: string | undefined;
}) {
  const base = useId();
  const { value, onChange } = props;
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-meta font-medium text-fg-2">Roles</legend>
      <div className="flex max-h-56 scroll-thin flex-col gap-0.5 overflow-y-auto rounded-md border border-line-strong p-1.5">
        {props.roles.map((role) => (
          <div key={role.id} className="flex items-start gap-2 rounded-sm px-1.5 py-1 hover:bg-muted max-md:py-2">
            <Checkbox
              id={`${base}-${role.id}`}
              className="mt-0.5"
              checked={value.includes(role.id)}
              onCheckedChange={(on) => onChange(on === true ? [...value, role.id] : value.filter((r) => r !== role.id))}
            />
            <label htmlFor={`${base}-${role.id}`} className="min-w-0 flex-1 text-cell text-fg">
              {role.name}
              {role.description && <span className="block text-meta text-fg-3">{role.description}</span>}
            </label>
          </div>
        ))}
      </div>
      {props.error && (
        <p role="alert" className="flex items-center gap-1 text-meta text-bad-text">
          <CircleAlert className="size-3" aria-hidden /> {props.error}
        </p>
      )}
    </fieldset>
  );
}
