import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Role } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
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
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${role.name}?`}
      description={
        inUse
          ? `${number(role.holders)} ${role.holders === 1 ? "person holds" : "people hold"} it.`
          : "Nobody holds it."
      }
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            variant="danger"
            busy={gone.isPending && "Deleting"}
            disabled={inUse && !instead}
            onClick={() => gone.mutate()}
          >
            Delete role
          </Button>
        </>
      }
    >
      {gone.isError && (
        <p role="alert" className="mb-3 text-cell text-bad-text">
          {sentence(gone.error)}
        </p>
      )}
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
        <p className="text-cell text-fg-2">It cannot be brought back.</p>
      )}
    </Overlay>
  );
}
