import { useState } from "react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import type { Challenge, LinkHolder } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Door } from "@/components/frame/door";
import { useEnter } from "./enter";
import { ByLink } from "./link";
import { Alert } from "./notice";
import { PasswordInput } from "./password";
import { SecondStep } from "./second-step";

export function Invitation() {
  return <ByLink purpose="invitation">{(token, holder) => <Accept token={token} holder={holder} />}</ByLink>;
}

interface Values {
  name: string;
  password: string;
}

function Accept({ token, holder }: { token: string; holder: LinkHolder }) {
  const enter = useEnter();
  const [challenge, setChallenge] = useState<Challenge | null>(null);
  const form = useForm<Values>({ defaultValues: { name: holder.name, password: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = async (values: Values) => {
    try {
      const { data } = await post("/invitations/acceptance", { body: { token, ...values } });
      if (data) setChallenge(data);
      else await enter("/");
    } catch (error) {
      landErrors<Values>(error, ["name", "password"], form.setError);
    }
  };
  if (challenge) {
    return <SecondStep challenge={challenge} onEnter={() => enter("/")} onBack={() => void enter("/sign-in")} />;
  }
  return (
    <Door title={`Welcome to ${holder.organisation}`} text={`You sign in as ${holder.email}.`}>
      <form className="flex flex-col gap-4" noValidate onSubmit={(e) => void form.handleSubmit(submit)(e)}>
        {errors.root && <Alert>{errors.root.message}</Alert>}
        <input type="hidden" autoComplete="username" value={holder.email} readOnly />
        <Field label="Your name" error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} size="lg" autoComplete="name" />}
        </Field>
        <Field
          label="Choose a password"
          hint={`At least ${holder.password_min_length} characters.`}
          error={errors.password?.message}
        >
          {(w) => <PasswordInput {...w} {...form.register("password")} autoComplete="new-password" autoFocus />}
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Coming in"}>
          Accept and come in
        </Button>
      </form>
    </Door>
  );
}
