import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import type { LinkHolder } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Door } from "@/components/frame/door";
import { ByLink } from "./link";
import { Alert } from "./notice";
import { PasswordInput } from "./password";

export function ResetPassword() {
  return <ByLink purpose="password_reset">{(token, holder) => <NewPassword token={token} holder={holder} />}</ByLink>;
}

function NewPassword({ token, holder }: { token: string; holder: LinkHolder }) {
  const [done, setDone] = useState(false);
  const form = useForm({ defaultValues: { password: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = async ({ password }: { password: string }) => {
    try {
      await post("/password-resets/completion", { body: { token, password } });
      setDone(true);
    } catch (error) {
      landErrors<{ password: string }>(error, ["password"], form.setError);
    }
  };
  if (done) {
    return (
      <Door title="Your password is set">
        <p className="mb-4 text-body text-fg-2" role="status">
          All your sessions were ended. Sign in with the new password.
        </p>
        <Button asChild variant="primary" size="lg" className="w-full">
          <Link to="/sign-in" search={{}}>
            Sign in
          </Link>
        </Button>
      </Door>
    );
  }
  return (
    <Door title="Set a new password" text={`${holder.email} at ${holder.organisation}`}>
      <form className="flex flex-col gap-4" noValidate onSubmit={(e) => void form.handleSubmit(submit)(e)}>
        {errors.root && <Alert>{errors.root.message}</Alert>}
        <input type="hidden" autoComplete="username" value={holder.email} readOnly />
        <Field
          label="New password"
          hint={`At least ${holder.password_min_length} characters.`}
          error={errors.password?.message}
        >
          {(w) => <PasswordInput {...w} {...form.register("password")} autoComplete="new-password" autoFocus />}
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Setting"}>
          Set the password
        </Button>
      </form>
    </Door>
  );
}
