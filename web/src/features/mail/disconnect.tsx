import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Mailbox } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";
import { Confirm } from "@/components/ui/confirm";
import { told } from "@/components/ui/toast";
import { mailboxesQuery } from "./queries";

export function Disconnect({ mailbox, onClose }: { mailbox: Mailbox; onClose: () => void }) {
  const client = useQueryClient();
  const [drop, setDrop] = useState(false);
  const end = useMutation({
    mutationFn: () =>
      remove("/mailboxes/{id}", {
        path: { id: mailbox.id },
        query: { stored: drop ? "remove" : "keep" },
        ifMatch: mailbox.version,
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: mailboxesQuery().queryKey });
      told("Mailbox disconnected");
      onClose();
    },
  });
  return (
    <Confirm
      title={`Disconnect ${mailbox.address}?`}
      description="Its password is deleted, and it is not read any more."
      verb="Disconnect"
      doing="Disconnecting"
      pending={end.isPending}
      error={end.isError ? sentence(end.error) : null}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      {!mailbox.of_organisation && (
        <label className="flex items-start gap-2">
          <Checkbox className="mt-0.5" checked={drop} onCheckedChange={(on) => setDrop(on === true)} />
          <span>
            Also put the messages that it brought into the bin
            <span className="block text-meta text-fg-3">
              Those in which colleagues took part stay: they are theirs too.
            </span>
          </span>
        </label>
      )}
    </Confirm>
  );
}
