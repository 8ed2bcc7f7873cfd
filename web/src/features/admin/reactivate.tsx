import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { User } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { peopleChanged } from "./queries";

export function Reactivate({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient();
  const reactivate = useMutation({
    mutationFn: () => post("/users/{id}/reactivation", { path: { id: user.id }, body: { version: user.version } }),
    onSuccess: async () => {
      await peopleChanged(client);
      onClose();
      told(`${user.name} is active again`);
    },
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Reactivate ${user.name}?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={reactivate.isPending && "Reactivating"} onClick={() => reactivate.mutate()}>
            Reactivate
          </Button>
        </>
      }
    >
      {reactivate.isError && (
        <p role="alert" className="mb-2 text-cell text-bad-text">
          {sentence(reactivate.error)}
        </p>
      )}
      <p className="text-cell text-fg-2">
        They can sign in again and have the team and the roles they had:{" "}
        {user.roles.map((r) => r.name).join(", ") || "none"}. Records that were handed over stay with who has them now.
      </p>
    </Overlay>
  );
}
