import { useSuspenseQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import { isApiError } from "@/api/problem";
import { securityQuery, useMe } from "@/api/shared";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Card } from "@/components/ui/states";
import { told } from "@/components/ui/toast";
import { Alert } from "./notice";
import { PasswordInput } from "./password";

export function PasswordCard() {
  const me = useMe();
  const { password_min_length, has_password } = useSuspenseQuery(securityQuery()).data;
  const form = useForm({ defaultValues: { password: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = async ({ password }: { password: string }) => {
    try {
      await post("/me/password", { body: { password } });
      form.reset({ password: "" });
      told("Your password is changed, and your other sessions are ended");
    } catch (error) {
      if (isApiError(error, "reauthentication_required")) return;
      landErrors<{ password: string }>(error, ["password"], form.setError);
    }
  };
  return (
    <Card title="Password">
      <form noValidate className="flex flex-col gap-3 px-4 py-3" onSubmit={(e) => void form.handleSubmit(submit)(e)}>
        {errors.root && <Alert>{errors.root.message}</Alert>}
        <input type="hidden" autoComplete="username" value={me.user.email} readOnly />
        <div className="flex flex-wrap items-end gap-3">
          <Field
            className="min-w-0 flex-1 basis-56"
            label={has_password ? "New password" : "Set a password"}
            error={errors.password?.message}
          >
            {(w) => <PasswordInput {...w} {...form.register("password")} autoComplete="new-password" />}
          </Field>
          <Button type="submit" size="lg" busy={isSubmitting && "Changing"}>
            Change it
          </Button>
        </div>
        <p className="text-meta text-fg-3">
          At least {password_min_length} characters. Changing it ends your other sessions.
        </p>
      </form>
    </Card>
  );
}
