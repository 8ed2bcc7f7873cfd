import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { LifeBuoy } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { securityQuery } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { Card } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { RecoveryCodes } from "./recovery-codes";

/** For when the device with the second factor is lost. */
export function RecoveryCard() {
  const client = useQueryClient();
  const mine = useSuspenseQuery(securityQuery()).data;
  const [codes, setCodes] = useState<string[] | null>(null);
  const renew = useMutation({
    mutationFn: async () => (await post("/me/recovery-codes")).data.recovery_codes,
    onSuccess: async (fresh) => {
      setCodes(fresh);
      await client.invalidateQueries({ queryKey: securityQuery().queryKey });
    },
    onError: (error) => {
      if (!isApiError(error, "reauthentication_required")) failed("No new codes were made", sentence(error));
    },
  });
  if (!mine.totp_since && mine.passkeys === 0) return null;
  return (
    <Card title="Recovery codes">
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        <LifeBuoy className="size-5 text-fg-3 max-sm:hidden" strokeWidth={1.75} aria-hidden />
        <p className="min-w-0 flex-1 basis-64 text-cell text-fg-2">
          For when your device is lost: each lets you in once, with your password. {mine.recovery_codes_left} of your
          recovery codes are left.
        </p>
        <Button onClick={() => renew.mutate()} disabled={renew.isPending}>
          New recovery codes
        </Button>
      </div>
      <Overlay open={codes !== null} onOpenChange={(open) => !open && setCodes(null)} title="Your recovery codes">
        {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
      </Overlay>
    </Card>
  );
}
