import { useMutation, useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { patch } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { Role } from "@/api/types";
import { Button } from "@/components/ui/button";
import { told } from "@/components/ui/toast";
import { number } from "@/lib/format";
import { peopleChanged } from "./queries";
import { actionWord, asGrants, objectWord, type Draft } from "./role-words";

/** What is not saved yet, whom it touches, and what stands in its way. */
export function RoleFoot(props: { role: Role; draft: Draft; onDraft: (draft: Draft) => void }) {
  const { role, draft } = props;
  const client = useQueryClient();
  const [theirs, setTheirs] = useState<string[]>([]);
  const count = Object.keys(draft).length;
  const save = useMutation({
    mutationFn: () =>
      patch("/roles/{id}", { path: { id: role.id }, body: { grants: asGrants(draft) }, ifMatch: role.version }),
    onSuccess: async () => {
      await peopleChanged(client);
      setTheirs([]);
      props.onDraft({});
      told(`${role.name} saved`);
    },
    onError: async (error) => {
      if (!isApiError(error, "version_conflict")) return;
      // Their version is read; what is not saved here stays on top of it.
      const fields = error.problem.conflict?.fields ?? [];
      setTheirs(fields.map((f) => f.field.replace(/^grants\./, "")).filter((f) => f.includes(".")));
      await peopleChanged(client);
    },
  });
  if (count === 0) return null;
  const conflict = isApiError(save.error, "version_conflict");
  return (
    <footer className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-t border-line-strong bg-surface px-4 py-3 md:px-5">
      {save.isError && (
        <p role="alert" className="flex w-full items-start gap-1.5 text-cell text-bad-text">
          <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          {conflict
            ? `Somebody else changed this role meanwhile (${theirs.map(words).join("; ") || "its name"}). Their version is shown, with your unsaved changes on top. Look at them and save again.`
            : sentence(save.error)}
        </p>
      )}
      <p className="text-cell font-medium text-fg">
        {number(count)} unsaved {count === 1 ? "change" : "changes"}
      </p>
      <p className="flex-1 text-cell text-fg-3">
        {role.holders === 0
          ? "Nobody holds this role"
          : `Touches ${number(role.holders)} ${role.holders === 1 ? "person" : "people"}`}
        , from their next request on
      </p>
      <Button
        onClick={() => {
          save.reset();
          props.onDraft({});
        }}
      >
        Discard
      </Button>
      <Button variant="primary" busy={save.isPending && "Saving"} onClick={() => save.mutate()}>
        Save changes
      </Button>
    </footer>
  );
}

function words(permission: string): string {
  const [object = "", action = ""] = permission.split(".");
  return `${objectWord(object)}, ${actionWord(action)}`;
}
