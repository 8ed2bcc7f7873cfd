import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { securityQuery } from "@/api/shared";
import type { Enrolment } from "@/api/types";
import { Button } from "@/components/ui/button";
import { knowsPasskeys, passkeyWords } from "@/lib/webauthn";
import { AuthenticatorSetup } from "./authenticator-setup";
import { Door } from "@/components/frame/door";
import { useEnter } from "./enter";
import { Alert } from "./notice";
import { addPasskey } from "./passkeys-card";
import { RecoveryCodes } from "./recovery-codes";

/** Where they were going: a page of ours. */
function whereTo(): string {
  const to = new URLSearchParams(window.location.search).get("to") ?? "";
  return /^\/(?!\/)/.test(to) ? to : "/";
}

/** The organisation demands a second factor: there is no way on but to set one up. */
export function SecondFactorDemanded() {
  const [to] = useState(whereTo);
  const enter = useEnter();
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useMutation<Enrolment>({ mutationFn: async () => (await post("/me/totp")).data });
  const mine = useQuery(securityQuery()).data;
  const add = useMutation({
    mutationFn: addPasskey,
    onSuccess: (added) => (added.recovery_codes ? setCodes(added.recovery_codes) : enter(to)),
  });
  const problem = begin.error ?? add.error;
  const leave = useMutation({ mutationFn: () => remove("/session"), onSettled: () => enter("/sign-in") });
  if (codes) {
    return (
      <Door title="Your recovery codes">
        <RecoveryCodes codes={codes} onDone={() => void enter(to)} />
      </Door>
    );
  }
  if (begin.data) {
    return (
      <Door title="Set up an authenticator app">
        <AuthenticatorSetup enrolment={begin.data} onDone={setCodes} />
      </Door>
    );
  }
  return (
    <Door title="A second factor is needed" text="Your organisation asks for one before you go on.">
      <div className="flex flex-col gap-4">
        {problem && <Alert>{passkeyWords(problem) ?? sentence(problem)}</Alert>}
        <p className="text-body text-fg-2">
          A passkey is on your device, which asks for your face, finger or PIN. An authenticator app is on your phone or
          in your password manager. Either takes a minute.
        </p>
        {mine?.passkeys_available && knowsPasskeys() && (
          <Button variant="primary" size="lg" busy={add.isPending && "Asking your device"} onClick={() => add.mutate()}>
            Add a passkey
          </Button>
        )}
        <Button size="lg" busy={begin.isPending && "Preparing"} onClick={() => begin.mutate()}>
          Set up an authenticator app
        </Button>
        <Button variant="link" onClick={() => leave.mutate()}>
          Sign out
        </Button>
      </div>
    </Door>
  );
}
