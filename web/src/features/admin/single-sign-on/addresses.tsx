import type { IdentityProvider } from "@/api/types";
import { Copyable } from "@/components/ui/copyable";

/** What has to be registered at the provider. */
export function Addresses({ provider }: { provider: IdentityProvider }) {
  return (
    <div className="flex flex-col gap-3">
      <Copyable label="Redirect URI" value={provider.redirect_uri} />
      <Copyable label="Post-logout redirect URI" value={provider.post_logout_redirect_uri} />
      <Copyable label="Back-channel logout URI" value={provider.backchannel_logout_uri} />
    </div>
  );
}
