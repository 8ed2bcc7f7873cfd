import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { failed } from "@/components/ui/toast";

export interface Shown {
  title: string;
  /** For an OAuth client: its public half. */
  clientId?: string;
  secret: string;
}

/** The one time that a secret is shown. */
export function SecretShown({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={shown.title}
      description="Copy it now and keep it in a safe place. It is not shown again."
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        {shown.clientId && <Copied label="Client ID" text={shown.clientId} />}
        <Copied label={shown.clientId ? "Client secret" : "Key"} text={shown.secret} />
        <p className="text-meta text-fg-3">
          {shown.clientId ? (
            <>
              Exchange both for a token at <code className="font-mono text-code">POST /oauth/token</code>.
            </>
          ) : (
            <>
              Send it with each request as <code className="font-mono text-code">Authorization: Bearer …</code>
            </>
          )}
        </p>
      </div>
    </Overlay>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      failed("The browser does not let us copy", "Select the text and copy it yourself.");
    }
  };
  return (
    <div className="flex flex-col gap-1">
      <span className="text-meta font-medium text-fg-2">{label}</span>
      <div className="flex items-start gap-2">
        <code
          aria-label={label}
          className="min-w-0 flex-1 rounded-md border border-line-strong bg-sunken px-2.5 py-1.5 font-mono text-code break-all text-fg select-all"
        >
          {text}
        </code>
        <Button onClick={() => void copy()} aria-label={`Copy the ${label.toLowerCase()}`}>
          {copied ? <Check /> : <Copy />} {copied ? "Copied" : "Copy"}
        </Button>
      </div>
    </div>
  );
}
