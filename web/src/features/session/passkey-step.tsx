import { Fingerprint } from "lucide-react";
import { useMutation } from "@tanstack/react-query";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { askForPasskey, passkeyWords } from "@/lib/webauthn";
import { Alert } from "./notice";

/** The second step by a passkey. */
export function PasskeyStep(props: { challenge: string; onEnter: () => Promise<void>; onBack: () => void }) {
  const { challenge } = props;
  const show = useMutation({
    mutationFn: async () => {
      const { ceremony, public_key } = (await post("/session/second-factor/passkey", { body: { challenge } })).data;
      const credential = await askForPasskey(public_key);
      await post("/session/second-factor", { body: { challenge, passkey: { ceremony, credential } } });
    },
    onSuccess: props.onEnter,
    onError: (error) => {
      if (isApiError(error, "challenge_expired")) props.onBack();
    },
  });
  return (
    <>
      {show.error && <Alert>{passkeyWords(show.error) ?? sentence(show.error)}</Alert>}
      <Button variant="primary" size="lg" busy={show.isPending && "Asking your device"} onClick={() => show.mutate()}>
        <Fingerprint aria-hidden /> Use a passkey
      </Button>
    </>
  );
}
