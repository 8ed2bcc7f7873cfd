import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Team } from "@/api/types";
import { Confirm } from "@/components/ui/confirm";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { peopleChanged } from "./queries";
import { indented } from "./tree";

/** One that is in use asks for the team that takes what is in it. */
export function DeleteTeam({ team, teams, onClose }: { team: Team; teams: Team[]; onClose: () => void }) {
  const client = useQueryClient();
  const [instead, setInstead] = useState(team.parent_id ?? "");
  const used = team.members > 0 || teams.some((t) => t.parent_id === team.id);
  const gone = useMutation({
    mutationFn: () =>
      remove("/teams/{id}", {
        path: { id: team.id },
        query: { replacement_id: instead || undefined },
        ifMatch: team.version,
      }),
    onSuccess: async () => {
      await peopleChanged(client);
      await client.invalidateQueries();
      onClose();
      told(`${team.name} is gone`);
    },
  });
  const inUse = used || isApiError(gone.error, "team_in_use");
  return (
    <Confirm
      title={`Delete ${team.name}?`}
      verb="Delete team"
      doing="Deleting"
      stay="Keep it"
      pending={gone.isPending}
      disabled={inUse && !instead}
      error={gone.isError ? sentence(gone.error) : null}
      onConfirm={() => gone.mutate()}
      onClose={onClose}
    >
      <Field
        label="Its people, its teams and its records go to"
        required={inUse}
        hint="Each record says so in its timeline."
      >
        {(w) => (
          <Select {...w} value={instead} onChange={(e) => setInstead(e.target.value)}>
            <option value="">{inUse ? "Choose a team" : "Nothing is in it"}</option>
            {indented(teams.filter((t) => t.id !== team.id)).map((t) => (
              <option key={t.id} value={t.id}>
                {t.label}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </Confirm>
  );
}
