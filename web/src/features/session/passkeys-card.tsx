import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { securityQuery } from "@/api/shared";
import type { Passkey } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { ago, dateTime } from "@/lib/format";
import { createPasskey, deviceName, knowsPasskeys, passkeyWords } from "@/lib/webauthn";
import { RenamePasskey } from "./passkey-rename";
import { passkeysQuery } from "./queries";
import { RecoveryCodes } from "./recovery-codes";

export async function addPasskey() {
  const { ceremony, public_key } = (await post("/me/passkeys/registration")).data;
  const credential = await createPasskey(public_key);
  const body = { ceremony, name: deviceName(navigator.userAgent), credential };
  return (await post("/me/passkeys", { body })).data;
}

export function PasskeysCard() {
  const client = useQueryClient();
  const mine = useSuspenseQuery(securityQuery()).data;
  const passkeys = useSuspenseQuery(passkeysQuery()).data;
  const [codes, setCodes] = useState<string[] | null>(null);
  const [renamed, setRenamed] = useState<Passkey | null>(null);
  const refresh = () =>
    Promise.all([securityQuery(), passkeysQuery()].map((q) => client.invalidateQueries({ queryKey: q.queryKey })));
  const failure = (what: string) => (error: unknown) => {
    if (!isApiError(error, "reauthentication_required")) failed(what, passkeyWords(error) ?? sentence(error));
  };
  const add = useMutation({
    mutationFn: addPasskey,
    onSuccess: async (added) => {
      setCodes(added.recovery_codes ?? null);
      await refresh();
      // The codes speak for themselves, and a toast would lie on them.
      if (!added.recovery_codes) told("The passkey is added, and your other sessions are ended");
    },
    onError: failure("No passkey was added"),
  });
  const drop = useMutation({
    mutationFn: (id: string) => remove("/me/passkeys/{id}", { path: { id } }),
    onSuccess: async () => {
      await refresh();
      told("The passkey is removed");
    },
    onError: failure("The passkey was not removed"),
  });
  if (!mine.passkeys_available && passkeys.length === 0) return null;
  const last = mine.required && !mine.totp_since && passkeys.length === 1;
  return (
    <Card title="Passkeys" aside={passkeys.length > 0 ? <Badge kind="ok">On</Badge> : <Badge>Off</Badge>}>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        <Fingerprint className="size-5 text-fg-3 max-sm:hidden" strokeWidth={1.75} aria-hidden />
        <p className="min-w-0 flex-1 basis-64 text-cell text-fg-2">
          Sign in with your face, finger or PIN instead of a password. Once you have one, a password alone lets nobody
          in as you.
        </p>
        {mine.passkeys_available && knowsPasskeys() && (
          <Button variant="primary" onClick={() => add.mutate()} busy={add.isPending && "Asking your device"}>
            Add a passkey
          </Button>
        )}
      </div>
      {passkeys.length > 0 && (
        <ul aria-label="Your passkeys" className="divide-y divide-line border-t border-line">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
              <div className="min-w-0 flex-1 basis-48">
                <p className="truncate text-cell font-medium text-fg">{passkey.name}</p>
                <p className="text-meta text-fg-3">
                  added {dateTime(passkey.created_at)} ·{" "}
                  {passkey.last_used_at ? `last used ${ago(passkey.last_used_at)}` : "not used yet"}
                </p>
              </div>
              <span className="flex gap-2">
                <Button size="card" aria-label={`Rename ${passkey.name}`} onClick={() => setRenamed(passkey)}>
                  Rename
                </Button>
                {!last && (
                  <Button
                    size="card"
                    variant="danger"
                    aria-label={`Remove ${passkey.name}`}
                    disabled={drop.isPending}
                    onClick={() => drop.mutate(passkey.id)}
                  >
                    Remove
                  </Button>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {renamed && <RenamePasskey passkey={renamed} onClose={() => setRenamed(null)} />}
      <Overlay open={codes !== null} onOpenChange={(open) => !open && setCodes(null)} title="Your recovery codes">
        {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
      </Overlay>
    </Card>
  );
}
