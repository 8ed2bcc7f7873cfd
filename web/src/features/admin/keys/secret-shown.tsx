import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { Overlay } from "@/components/ui/overlay";

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
        {shown.clientId && <Copyable label="Client ID" value={shown.clientId} />}
        <Copyable label={shown.clientId ? "Client secret" : "Key"} value={shown.secret} />
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
