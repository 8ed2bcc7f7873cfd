import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Enrolment } from "@/api/types";
import { Button } from "@/components/ui/button";
import { AuthenticatorSetup } from "./authenticator-setup";
import { Door } from "./door";
import { useEnter } from "./enter";
import { Alert } from "./notice";
import { RecoveryCodes } from "./recovery-codes";

/** The organisation demands a second factor: there is no way on but to set one up. */
export function SecondFactorDemanded() {
  const enter = useEnter();
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useMutation<Enrolment>({ mutationFn: async () => (await post("/me/totp")).data });
  const leave = useMutation({ mutationFn: () => remove("/session"), onSettled: () => enter("/sign-in") });
  if (codes) {
    return (
      <Door title="Your recovery codes">
        <RecoveryCodes codes={codes} onDone={() => void enter("/")} />
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
        {begin.error && <Alert>{sentence(begin.error)}</Alert>}
        <p className="text-body text-fg-2">
          You need an authenticator app on your phone or in your password manager. It takes a minute.
        </p>
        <Button variant="primary" size="lg" busy={begin.isPending && "Preparing"} onClick={() => begin.mutate()}>
          Set up an authenticator app
        </Button>
        <Button variant="link" onClick={() => leave.mutate()}>
          Sign out
        </Button>
      </div>
    </Door>
  );
}
