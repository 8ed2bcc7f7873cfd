import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { LinkedIdentity } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { ago } from "@/lib/format";
import { identitiesQuery } from "./queries";

/** The accounts at identity providers by which I sign in; nothing where there are none. */
export function IdentitiesCard() {
  const client = useQueryClient();
  const identities = useSuspenseQuery(identitiesQuery()).data;
  const [asked, setAsked] = useState<LinkedIdentity | null>(null);
  const unlink = useMutation({
    mutationFn: (identity: LinkedIdentity) => remove("/me/identities/{id}", { path: { id: identity.id } }),
    onSuccess: async (_, identity) => {
      await client.invalidateQueries({ queryKey: identitiesQuery().queryKey });
      told(`${identity.provider_name} is unlinked`);
    },
    onError: (error) => {
      if (!isApiError(error, "reauthentication_required")) failed("It was not unlinked", sentence(error));
    },
    onSettled: () => setAsked(null),
  });
  if (identities.length === 0) return null;
  return (
    <Card title="Linked accounts">
      <ul className="divide-y divide-line">
        {identities.map((i) => (
          <li key={i.id} className="flex items-center gap-3 px-4 py-2.5">
            <Fingerprint className="size-5 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-2 text-cell font-medium text-fg">
                {i.provider_name} {!i.enabled && <Badge>Switched off</Badge>}
              </p>
              <p className="text-meta break-words text-fg-3">
                {i.email ?? "no address told"} · last used {ago(i.last_used_at)}
              </p>
            </div>
            <Button size="card" variant="danger" aria-label={`Unlink ${i.provider_name}`} onClick={() => setAsked(i)}>
              Unlink
            </Button>
          </li>
        ))}
      </ul>
      {asked && (
        <Confirm
          title={`Unlink ${asked.provider_name}?`}
          verb="Unlink"
          doing="Unlinking"
          pending={unlink.isPending}
          onConfirm={() => unlink.mutate(asked)}
          onClose={() => setAsked(null)}
        >
          <p>
            You no longer sign in by that account. The next one that comes from there with your address is linked to you
            again.
          </p>
        </Confirm>
      )}
    </Card>
  );
}
