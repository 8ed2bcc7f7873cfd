import { useMutation, useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { securityQuery } from "@/api/shared";
import { landErrors } from "@/components/crm/form-errors";
import type { ProofWanted } from "@/components/crm/proof";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { askForPasskey, knowsPasskeys, passkeyWords } from "@/lib/webauthn";

interface Values {
  password: string;
  code: string;
}

export function ProofDialog({ wanted }: { wanted: ProofWanted }) {
  const me = useQuery(securityQuery()).data;
  const form = useForm<Values>({ defaultValues: { password: "", code: "" } });
  const { errors, isSubmitting } = form.formState;
  const withPasskey = (me?.passkeys ?? 0) > 0;
  const withCode = Boolean(me?.totp_since) || withPasskey;
  const show = useMutation({
    mutationFn: async () => {
      const { ceremony, public_key } = (await post("/session/confirmation/passkey")).data;
      const credential = await askForPasskey(public_key);
      await post("/session/confirmation", { body: { passkey: { ceremony, credential } } });
    },
    onSuccess: () => wanted.settle(true),
  });
  const problem = errors.root?.message ?? (show.error && (passkeyWords(show.error) ?? sentence(show.error)));
  const submit = async ({ password, code }: Values) => {
    try {
      await post("/session/confirmation", { body: { ...(password && { password }), ...(code && { code }) } });
      wanted.settle(true);
    } catch (error) {
      landErrors<Values>(error, ["password", "code"], form.setError);
    }
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && wanted.settle(false)}
      title="Confirm that it is you"
      description="This is a change to how people get in. You will not be asked again for ten minutes."
      footer={
        <>
          <Button onClick={() => wanted.settle(false)}>Cancel</Button>
          <Button type="submit" form="proof" variant="primary" busy={isSubmitting && "Confirming"}>
            Confirm
          </Button>
        </>
      }
    >
      <form
        id="proof"
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.stopPropagation();
          void form.handleSubmit(submit)(e);
        }}
      >
        {problem && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text">
            {problem}
          </p>
        )}
        {withPasskey && knowsPasskeys() && (
          <>
            <Button
              type="button"
              variant="primary"
              size="lg"
              autoFocus
              busy={show.isPending && "Asking your device"}
              onClick={() => show.mutate()}
            >
              <Fingerprint aria-hidden /> Use a passkey
            </Button>
            <p className="text-center text-meta text-fg-3">or</p>
          </>
        )}
        {me?.has_password !== false && (
          <Field label="Your password" error={errors.password?.message}>
            {(w) => (
              <Input
                {...w}
                {...form.register("password")}
                type="password"
                size="lg"
                autoComplete="current-password"
                autoFocus={!withPasskey}
              />
            )}
          </Field>
        )}
        {withCode && (
          <Field
            label={me?.totp_since ? "Code of your authenticator app" : "Recovery code"}
            hint={me?.totp_since ? "Or a recovery code." : undefined}
            error={errors.code?.message}
          >
            {(w) => <Input {...w} {...form.register("code")} size="lg" autoComplete="one-time-code" />}
          </Field>
        )}
      </form>
    </Overlay>
  );
}
