import { useQuery } from "@tanstack/react-query";
import { usersQuery } from "@/api/shared";
import type { AssignmentChooser } from "@/api/types";
import { RefPicker } from "@/components/crm/pickers";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Areas } from "./areas";
import { Members } from "./members";

type By = AssignmentChooser["by"];

const WAYS: [By, string][] = [
  ["user", "Always the same person"],
  ["round_robin", "Each in turn"],
  ["weighted", "In turn, by weight"],
  ["territory", "By territory"],
];

/** The members of one way, as far as they fit another. */
function changed(chooser: AssignmentChooser, by: By): AssignmentChooser {
  const members =
    chooser.by === "user"
      ? [chooser.user_id].filter((id) => id !== "")
      : chooser.by === "round_robin"
        ? chooser.members
        : chooser.by === "weighted"
          ? chooser.members.map((m) => m.user_id)
          : [];
  switch (by) {
    case "user":
      return { by, user_id: members[0] ?? "" };
    case "round_robin":
      return { by, members };
    case "weighted":
      return { by, members: members.map((user_id) => ({ user_id, weight: 1 })) };
    case "territory":
      return { by, areas: [{}] };
  }
}

/** How the owner is chosen. */
export function ChooserFields(props: {
  chooser: AssignmentChooser;
  onChange: (chooser: AssignmentChooser) => void;
  error: string | undefined;
}) {
  const { chooser, onChange, error } = props;
  const people = useQuery(usersQuery()).data ?? [];
  const nameOf = (id: string) => people.find((u) => u.id === id)?.name ?? "…";
  return (
    <div className="flex flex-col gap-3">
      <Field label="Who gets it" error={error} className="max-w-sm">
        {(w) => (
          <Select {...w} value={chooser.by} onChange={(e) => onChange(changed(chooser, e.target.value as By))}>
            {WAYS.map(([by, label]) => (
              <option key={by} value={by}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {chooser.by === "user" && (
        <Field label="Person" required className="max-w-sm">
          {(w) => (
            <RefPicker
              id={w.id}
              kind="user"
              value={chooser.user_id === "" ? null : { id: chooser.user_id, name: nameOf(chooser.user_id) }}
              onChange={(ref) => onChange({ by: "user", user_id: ref?.id ?? "" })}
            />
          )}
        </Field>
      )}
      {chooser.by === "round_robin" && (
        <Members
          members={chooser.members.map((user_id) => ({ user_id, weight: 1 }))}
          nameOf={nameOf}
          weighted={false}
          onChange={(members) => onChange({ by: "round_robin", members: members.map((m) => m.user_id) })}
        />
      )}
      {chooser.by === "weighted" && (
        <Members
          members={chooser.members}
          nameOf={nameOf}
          weighted
          onChange={(members) => onChange({ by: "weighted", members })}
        />
      )}
      {chooser.by === "territory" && (
        <Areas areas={chooser.areas} onChange={(areas) => onChange({ by: "territory", areas })} />
      )}
    </div>
  );
}
