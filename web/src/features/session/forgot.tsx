import { zodResolver } from "@hookform/resolvers/zod";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { z } from "@/lib/zod";
import { Door } from "@/components/frame/door";
import { Alert } from "./notice";

const schema = z.object({ email: z.email("Enter an e-mail address.") });
type Values = z.infer<typeof schema>;

export function ForgotPassword() {
  const [sent, setSent] = useState<string | null>(null);
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: { email: "" } });
  const { errors, isSubmitting } = form.formState;
  const submit = async ({ email }: Values) => {
    try {
      await post("/password-resets", { body: { email } });
      setSent(email);
    } catch (error) {
      form.setError("root", { message: sentence(error) });
    }
  };
  const back = (
    <Link to="/sign-in" search={{}} className="text-cell text-accent-text hover:underline">
      Back to sign-in
    </Link>
  );
  if (sent !== null) {
    return (
      <Door title="Look into your mail">
        <p className="mb-4 text-body text-fg-2" role="status">
          If {sent} belongs to an account, a letter with a link is on its way. The link is good for 30 minutes.
        </p>
        {back}
      </Door>
    );
  }
  return (
    <Door title="Forgot your password?" text="We send you a link to set a new one.">
      <form className="flex flex-col gap-4" noValidate onSubmit={(e) => void form.handleSubmit(submit)(e)}>
        {errors.root && <Alert>{errors.root.message}</Alert>}
        <Field label="E-mail" error={errors.email?.message}>
          {(w) => <Input {...w} {...form.register("email")} size="lg" type="email" autoComplete="username" autoFocus />}
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Sending"}>
          Send the link
        </Button>
        {back}
      </form>
    </Door>
  );
}
