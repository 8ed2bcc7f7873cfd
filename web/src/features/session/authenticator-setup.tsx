import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import type { Enrolment } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Alert } from "./notice";

/** Scan, then prove it by a code. */
export function AuthenticatorSetup(props: { enrolment: Enrolment; onDone: (recoveryCodes: string[]) => void }) {
  const form = useForm({ defaultValues: { code: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = async ({ code }: { code: string }) => {
    try {
      const { data } = await post("/me/totp/confirmation", { body: { code } });
      props.onDone(data.recovery_codes);
    } catch (error) {
      landErrors<{ code: string }>(error, ["code"], form.setError);
    }
  };
  const groups = props.enrolment.secret.match(/.{1,4}/g) ?? [];
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.stopPropagation();
        void form.handleSubmit(submit)(e);
      }}
    >
      {errors.root && <Alert>{errors.root.message}</Alert>}
      <p className="text-cell text-fg-2">
        Scan this with an authenticator app: Google or Microsoft Authenticator, 1Password, Aegis and others.
      </p>
      <div className="flex flex-wrap items-center gap-4">
        {/* A QR code is read by contrast: dark on white in both themes, which the picture brings with it. */}
        <img
          alt="QR code for an authenticator app"
          src={`data:image/svg+xml;utf8,${encodeURIComponent(props.enrolment.qr_svg)}`}
          className="size-44 rounded-lg border border-line"
        />
        <div className="min-w-0 flex-1 basis-44">
          <p className="text-meta text-fg-3">No camera? Type this in:</p>
          <p className="mt-1 font-mono text-code break-words text-fg" data-testid="totp-secret">
            {groups.join(" ")}
          </p>
        </div>
      </div>
      <Field label="The code that the app shows now" error={errors.code?.message}>
        {(w) => (
          <Input
            {...w}
            {...form.register("code", { required: "Enter the code." })}
            size="lg"
            className="font-mono tracking-[0.2em]"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            autoFocus
          />
        )}
      </Field>
      <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Checking"}>
        Turn it on
      </Button>
    </form>
  );
}
