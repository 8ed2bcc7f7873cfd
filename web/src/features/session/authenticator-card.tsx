import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Smartphone } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { securityQuery } from "@/api/shared";
import type { Enrolment } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { AuthenticatorSetup } from "./authenticator-setup";
import { RecoveryCodes } from "./recovery-codes";

const unlessCancelled = (what: string) => (error: unknown) => {
  if (!isApiError(error, "reauthentication_required")) failed(what, sentence(error));
};

export function AuthenticatorCard() {
  const client = useQueryClient();
  const mine = useSuspenseQuery(securityQuery()).data;
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: securityQuery().queryKey });
  const begin = useMutation({
    mutationFn: async () => (await post("/me/totp")).data,
    onSuccess: setEnrolment,
    onError: unlessCancelled("The authenticator app was not set up"),
  });
  const disable = useMutation({
    mutationFn: () => remove("/me/totp"),
    onSuccess: async () => {
      await refresh();
      told("The authenticator app is removed");
    },
    onError: unlessCancelled("The authenticator app was not removed"),
  });
  const close = () => {
    setEnrolment(null);
    setCodes(null);
  };
  if (mine.rule === "off" && !mine.totp_since) return null;
  return (
    <Card title="Authenticator app" aside={mine.totp_since ? <Badge kind="ok">On</Badge> : <Badge>Off</Badge>}>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        <Smartphone className="size-5 text-fg-3 max-sm:hidden" strokeWidth={1.75} aria-hidden />
        <p className="min-w-0 flex-1 basis-64 text-cell text-fg-2">
          {mine.totp_since
            ? `Signing in asks for its code since ${dateTime(mine.totp_since)}.`
            : "A second step at sign-in: a code that changes every 30 seconds, so that your password alone opens nothing."}
        </p>
        {mine.totp_since ? (
          (!mine.required || mine.passkeys > 0) && (
            <Button variant="danger" onClick={() => disable.mutate()} disabled={disable.isPending}>
              Remove
            </Button>
          )
        ) : (
          <Button variant="primary" onClick={() => begin.mutate()} busy={begin.isPending && "Preparing"}>
            Set up
          </Button>
        )}
      </div>
      <Overlay
        open={enrolment !== null || codes !== null}
        onOpenChange={(open) => !open && close()}
        title={codes ? "Your recovery codes" : "Set up an authenticator app"}
      >
        {codes ? (
          <RecoveryCodes codes={codes} onDone={close} />
        ) : (
          enrolment && (
            <AuthenticatorSetup
              enrolment={enrolment}
              onDone={(fresh) => {
                setCodes(fresh);
                void refresh();
              }}
            />
          )
        )}
      </Overlay>
    </Card>
  );
}
