import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Role } from "@/api/types";
import { Confirm } from "@/components/ui/confirm";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { told } from "@/components/ui/toast";
import { number } from "@/lib/format";
import { peopleChanged } from "./queries";

/** One that people hold asks which one they get instead. */
export function DeleteRole(props: { role: Role; roles: Role[]; onGone: () => void; onClose: () => void }) {
  const { role, onClose } = props;
  const client = useQueryClient();
  const [instead, setInstead] = useState("");
  const gone = useMutation({
    mutationFn: () =>
      remove("/roles/{id}", {
        path: { id: role.id },
        query: { replacement_id: instead || undefined },
        ifMatch: role.version,
      }),
    onSuccess: async () => {
      onClose();
      props.onGone();
      await peopleChanged(client);
      told(`${role.name} is gone`);
    },
  });
  const inUse = role.holders > 0 || isApiError(gone.error, "role_in_use");
  const held = `${number(role.holders)} ${role.holders === 1 ? "person holds" : "people hold"} it.`;
  return (
    <Confirm
      title={`Delete ${role.name}?`}
      description={inUse ? held : "Nobody holds it."}
      verb="Delete role"
      doing="Deleting"
      stay="Keep it"
      pending={gone.isPending}
      disabled={inUse && !instead}
      error={gone.isError ? sentence(gone.error) : null}
      onConfirm={() => gone.mutate()}
      onClose={onClose}
    >
      {inUse ? (
        <Field label="They get instead" required>
          {(w) => (
            <Select {...w} value={instead} onChange={(e) => setInstead(e.target.value)}>
              <option value="">Choose a role</option>
              {props.roles
                .filter((r) => r.id !== role.id)
                .map((r) => (
                  <option key={r.id} value={r.id}>
                    {r.name}
                  </option>
                ))}
            </Select>
          )}
        </Field>
      ) : (
        <p>It cannot be brought back.</p>
      )}
    </Confirm>
  );
}
