import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { post } from "@/api/client";
import { ApiError, isApiError, sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Door } from "@/components/frame/door";
import { useEnter } from "./enter";
import { PasswordInput } from "./password";

const schema = z.object({
  organisation: z.string().check(z.trim(), z.minLength(1, "Name your organisation.")),
  name: z.string().check(z.trim(), z.minLength(1, "Enter your name.")),
  email: z.email("Enter an e-mail address."),
  password: z.string().check(z.minLength(12, "Use at least 12 characters.")),
  currency: z.string().check(z.length(3)),
});
type Values = z.infer<typeof schema>;

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "JPY", "INR", "BRL"];

export function FirstRun() {
  const enter = useEnter();
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { organisation: "", name: "", email: "", password: "", currency: "EUR" },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = async (values: Values) => {
    try {
      await post("/setup", { body: values });
      await enter("/");
    } catch (error) {
      if (isApiError(error, "already_set_up")) return enter("/");
      if (error instanceof ApiError) {
        for (const field of error.fields) form.setError(field.field as keyof Values, { message: field.message });
      }
      form.setError("root", { message: sentence(error) });
    }
  };
  return (
    <Door title="Set up Dealwright" text="Your organisation, and you as its administrator.">
      <form className="flex flex-col gap-4" noValidate onSubmit={(e) => void form.handleSubmit(submit)(e)}>
        {errors.root && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Organisation" error={errors.organisation?.message}>
          {(w) => <Input {...w} {...form.register("organisation")} size="lg" autoComplete="organization" autoFocus />}
        </Field>
        <Field label="Currency" hint="What sums and forecasts are counted in.">
          {(w) => (
            <Select {...w} {...form.register("currency")} size="lg">
              {CURRENCIES.map((c) => (
                <option key={c}>{c}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Your name" error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} size="lg" autoComplete="name" />}
        </Field>
        <Field label="E-mail" error={errors.email?.message}>
          {(w) => <Input {...w} {...form.register("email")} size="lg" type="email" autoComplete="username" />}
        </Field>
        <Field label="Password" error={errors.password?.message} hint="At least 12 characters.">
          {(w) => <PasswordInput {...w} {...form.register("password")} autoComplete="new-password" />}
        </Field>
        <Button type="submit" variant="primary" size="lg" busy={isSubmitting && "Setting up"}>
          Create the organisation
        </Button>
      </form>
    </Door>
  );
}
