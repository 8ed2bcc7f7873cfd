import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { IdentityProvider, ScimToken } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";

/** The token by which the provider keeps people and groups up to date. */
export function Provisioning({ provider }: { provider: IdentityProvider }) {
  const client = useQueryClient();
  const [made, setMade] = useState<ScimToken | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["identity-providers"] });
  const target = { path: { id: provider.id } };
  const make = useMutation({
    mutationFn: async () => (await post("/identity-providers/{id}/scim-token", target)).data,
    onSuccess: async (token) => {
      setMade(token);
      await refresh();
    },
    onError: (error) => failed("No token was made", sentence(error)),
  });
  const end = useMutation({
    mutationFn: () => remove("/identity-providers/{id}/scim-token", target),
    onSuccess: async () => {
      setMade(null);
      await refresh();
      told("The token is over");
    },
    onError: (error) => failed("The token was not taken away", sentence(error)),
  });
  return (
    <Card title="Provisioning by SCIM">
      <div className="flex flex-col gap-3 p-4">
        <p className="text-cell text-fg-3">
          The provider makes, changes and deactivates people, and keeps groups up to date. Map its groups above.
        </p>
        {made && (
          <>
            <Copyable label="Base URL" value={made.url} />
            <Copyable label="Token (shown this once)" value={made.token} />
          </>
        )}
        <div className="flex flex-wrap gap-2">
          <Button busy={make.isPending && "Making"} onClick={() => make.mutate()}>
            {provider.has_scim_token ? "Replace the token" : "Make a token"}
          </Button>
          {provider.has_scim_token && (
            <Button variant="quietDanger" busy={end.isPending && "Taking away"} onClick={() => end.mutate()}>
              Take it away
            </Button>
          )}
        </div>
      </div>
    </Card>
  );
}
