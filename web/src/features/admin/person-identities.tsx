import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { LinkedIdentity, User } from "@/api/types";
import { Button } from "@/components/ui/button";
import { failed, told } from "@/components/ui/toast";
import { ago } from "@/lib/format";
import { userIdentitiesQuery } from "./queries";

/** By which accounts at identity providers somebody signs in; for who may see and change single sign-on. */
export function PersonIdentities({ user }: { user: User }) {
  const client = useQueryClient();
  const may = { read: useMay("single_sign_on", "read"), update: useMay("single_sign_on", "update") };
  const identities = useQuery({ ...userIdentitiesQuery(user.id), enabled: may.read }).data ?? [];
  const unlink = useMutation({
    mutationFn: (i: LinkedIdentity) =>
      remove("/identity-providers/{id}/identities/{identity_id}", { path: { id: i.provider_id, identity_id: i.id } }),
    onSuccess: async (_, i) => {
      await client.invalidateQueries({ queryKey: userIdentitiesQuery(user.id).queryKey });
      told(`${i.provider_name} is unlinked from ${user.name}`);
    },
    onError: (error) => failed("It was not unlinked", sentence(error)),
  });
  if (identities.length === 0) return null;
  return (
    <section aria-label="Linked accounts" className="flex flex-col">
      <h3 className="text-meta font-medium text-fg-2">Linked accounts</h3>
      <ul>
        {identities.map((i) => (
          <li key={i.id} className="flex min-h-9 items-center gap-2 border-b border-line text-cell last:border-0">
            <span className="min-w-0 flex-1 break-words">
              {i.provider_name}{" "}
              <span className="text-meta text-fg-3">
                {i.email} · last used {ago(i.last_used_at)}
              </span>
            </span>
            {may.update && (
              <Button
                variant="quiet"
                size="iconRow"
                aria-label={`Unlink ${i.provider_name}`}
                disabled={unlink.isPending}
                onClick={() => unlink.mutate(i)}
              >
                <X />
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
