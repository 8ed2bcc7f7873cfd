import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { patch, post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { usersQuery } from "@/api/shared";
import type { Team } from "@/api/types";
import { RefPicker } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { peopleChanged } from "./queries";
import { indented, within } from "./tree";

/** A new team, below another or at the top; or one that is renamed, moved or given a lead. */
export function TeamForm(props: { team: Team | null; parent: Team | null; teams: Team[]; onClose: () => void }) {
  const { team, teams, onClose } = props;
  const client = useQueryClient();
  const [name, setName] = useState(team?.name ?? "");
  const [parent, setParent] = useState((team ? team.parent_id : props.parent?.id) ?? "");
  const first = useQuery(usersQuery()).data?.find((u) => u.id === team?.lead_id);
  const [picked, setLead] = useState<{ id: string; name: string } | null | undefined>(undefined);
  const lead = picked === undefined ? (first ?? null) : picked;
  const save = useMutation({
    mutationFn: async () => {
      const body = { name, parent_id: parent || null, lead_id: lead?.id ?? null };
      if (team) return patch("/teams/{id}", { path: { id: team.id }, body, ifMatch: team.version });
      return post("/teams", { body });
    },
    onSuccess: async () => {
      await peopleChanged(client);
      onClose();
      told(team ? `${name} changed` : `${name} added`);
    },
    onError: async (error) => {
      if (isApiError(error, "version_conflict")) await peopleChanged(client);
    },
  });
  const wrong = (field: string) =>
    isApiError(save.error) ? save.error.fields.find((f) => f.field === field)?.message : undefined;
  const apart = team ? within(teams, team.id) : new Set<string>();
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={team ? `Edit ${team.name}` : props.parent ? `New team below ${props.parent.name}` : "New team"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="team" busy={save.isPending && "Saving"}>
            {team ? "Save changes" : "Add team"}
          </Button>
        </>
      }
    >
      <form
        id="team"
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event: SyntheticEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {save.isError && !["name", "parent_id", "lead_id"].some(wrong) && (
          <p role="alert" className="text-cell text-bad-text">
            {sentence(save.error)}
          </p>
        )}
        <Field label="Name" required error={wrong("name")}>
          {(w) => <Input {...w} value={name} onChange={(e) => setName(e.target.value)} autoFocus />}
        </Field>
        <Field label="Part of" error={wrong("parent_id")} hint="Teams above see the records of those below.">
          {(w) => (
            <Select {...w} value={parent} onChange={(e) => setParent(e.target.value)}>
              <option value="">Nothing: at the top</option>
              {indented(teams.filter((t) => !apart.has(t.id))).map((t) => (
                <option key={t.id} value={t.id}>
                  {t.label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Lead" error={wrong("lead_id")} hint="Takes over what somebody of the team leaves behind.">
          {(w) => <RefPicker kind="user" id={w.id} value={lead} onChange={setLead} placeholder="Nobody" />}
        </Field>
      </form>
    </Overlay>
  );
}
