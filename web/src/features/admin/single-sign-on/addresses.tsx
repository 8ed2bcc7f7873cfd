import { Check, Copy } from "lucide-react";
import { useState } from "react";
import type { IdentityProvider } from "@/api/types";
import { Button } from "@/components/ui/button";
import { failed } from "@/components/ui/toast";

export function Copyable({ label, value }: { label: string; value: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      failed("It could not be copied", "Select the text and copy it by hand.");
    }
  };
  return (
    <div className="flex flex-col gap-0.5">
      <span className="text-meta font-medium text-fg-2">{label}</span>
      <span className="flex items-center gap-2 rounded-md bg-muted py-1 pr-1 pl-2.5">
        <code className="min-w-0 flex-1 font-mono text-code break-all text-fg">{value}</code>
        <Button variant="quiet" size="iconRow" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
          {copied ? <Check /> : <Copy />}
        </Button>
      </span>
    </div>
  );
}

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
