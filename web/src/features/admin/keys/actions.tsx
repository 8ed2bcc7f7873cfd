import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { failed, told } from "@/components/ui/toast";
import { Rotate } from "./rotate";

/** Replace and revoke, at the end of a row. */
export function SecretActions(props: {
  name: string;
  /** Absent where only its owner may. */
  rotate?: (hours: number) => Promise<void>;
  revoke: () => Promise<unknown>;
}) {
  const [asking, setAsking] = useState<"rotate" | "revoke" | null>(null);
  const close = () => setAsking(null);
  const { rotate } = props;
  const revoking = useMutation({
    mutationFn: props.revoke,
    onSuccess: () => {
      close();
      told(`“${props.name}” has been revoked`);
    },
    onError: (error) => failed("It was not revoked", sentence(error)),
  });
  return (
    <span className="inline-flex gap-1.5">
      {rotate && (
        <Button size="row" aria-label={`Replace the secret of ${props.name}`} onClick={() => setAsking("rotate")}>
          Replace
        </Button>
      )}
      <Button size="row" variant="danger" aria-label={`Revoke ${props.name}`} onClick={() => setAsking("revoke")}>
        Revoke
      </Button>
      {rotate && asking === "rotate" && (
        <Rotate name={props.name} onClose={close} rotate={(hours) => rotate(hours).then(close)} />
      )}
      {asking === "revoke" && (
        <Confirm
          title={`Revoke “${props.name}”?`}
          description="Programs that use it are refused from their next request on. This can’t be taken back."
          verb="Revoke it"
          doing="Revoking"
          pending={revoking.isPending}
          onConfirm={() => revoking.mutate()}
          onClose={close}
        >
          <p>What it did stays in the audit log.</p>
        </Confirm>
      )}
    </span>
  );
}
