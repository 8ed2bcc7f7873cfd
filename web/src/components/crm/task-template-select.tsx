import { useQuery } from "@tanstack/react-query";
import { Select } from "@/components/ui/input";
import { taskTemplatesQuery } from "./task-query";

/** The template that a task is made of, if any: those in use, and the one that is chosen already. Nothing where there are none. */
export function TaskTemplateSelect(props: {
  label: string;
  value: string | null | undefined;
  onChange: (id: string | null) => void;
}) {
  const templates = useQuery(taskTemplatesQuery()).data ?? [];
  const offered = templates.filter((t) => !t.archived || t.id === props.value);
  if (offered.length === 0) return null;
  return (
    <Select
      aria-label={props.label}
      className="w-40"
      value={props.value ?? ""}
      onChange={(e) => props.onChange(e.target.value || null)}
    >
      <option value="">No template</option>
      {offered.map((t) => (
        <option key={t.id} value={t.id}>
          {t.name}
        </option>
      ))}
    </Select>
  );
}
