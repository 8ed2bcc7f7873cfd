import { useOptions } from "@/api/shared";
import type { OptionKind, Ref } from "@/api/types";
import { RefPicker } from "@/components/crm/pickers";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import type { NewField } from "./fields";

/** The input of one field of a new record. */
export function NewInput(props: {
  field: NewField;
  label: string;
  required: boolean;
  error: string | undefined;
  autoFocus: boolean;
  value: string | Ref | null;
  onChange: (value: string | Ref | null) => void;
}) {
  const { field, value, onChange } = props;
  return (
    <Field
      label={props.label}
      required={props.required}
      error={props.error}
      className={cn("col-span-2", !field.wide && "sm:col-span-1")}
    >
      {(w) => {
        if (field.kind === "user" || field.kind === "account" || field.kind === "contact")
          return (
            <RefPicker
              id={w.id}
              kind={field.kind}
              value={value !== null && typeof value === "object" ? value : null}
              onChange={onChange}
              {...(field.placeholder ? { placeholder: field.placeholder } : {})}
            />
          );
        const shared = {
          ...w,
          name: field.name,
          value: typeof value === "string" ? value : "",
          autoFocus: props.autoFocus,
          onChange: (e: { target: { value: string } }) => onChange(e.target.value),
        };
        switch (field.kind) {
          case "option":
            return <OptionSelect {...shared} kind={field.options} />;
          case "choice":
            return (
              <Select {...shared}>
                <Choices choices={field.choices ?? []} />
              </Select>
            );
          case "long":
            return <Textarea {...shared} />;
          case "money":
            return <Input {...shared} inputMode="decimal" className="tnum" />;
          default:
            return <Input {...shared} type={field.kind === "tags" ? "text" : field.kind} />;
        }
      }}
    </Field>
  );
}

function OptionSelect({ kind, ...props }: React.ComponentProps<typeof Select> & { kind: OptionKind | undefined }) {
  const options = useOptions(kind ?? "source");
  return (
    <Select {...props}>
      <option value="">None</option>
      {options.map((o) => (
        <option key={o.id} value={o.id}>
          {o.name}
        </option>
      ))}
    </Select>
  );
}

function Choices({ choices }: { choices: NonNullable<NewField["choices"]> }) {
  const groups = [...new Set(choices.map((c) => c.group))];
  const options = (group: string | undefined) =>
    choices
      .filter((c) => c.group === group)
      .map((c) => (
        <option key={c.value} value={c.value}>
          {c.label}
        </option>
      ));
  return groups.map((group) =>
    group === undefined ? (
      options(group)
    ) : (
      <optgroup key={group} label={group}>
        {options(group)}
      </optgroup>
    ),
  );
}
