import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Controller, useForm, type UseFormReturn } from "react-hook-form";
import { patch } from "@/api/client";
import { isApiError } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { SecondFactorRule, SignInPolicy } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { told } from "@/components/ui/toast";
import { EndSessionsCard } from "./end-sessions";
import { AdminPage } from "./layout";
import { MailCard } from "./mail";
import { signInPolicyQuery } from "./queries";

const RULES: Record<SecondFactorRule, string> = {
  off: "Off: nobody is asked for one",
  optional: "Optional: asked of whoever has set one up",
  administrators: "Required for administrators",
  everyone: "Required for everyone",
};

const HOUR = 60;
const DAY = 24 * HOUR;

interface Values {
  password_sign_in: boolean;
  new_apps: boolean;
  second_factor: SecondFactorRule;
  password_min_length: number;
  session_idle_minutes: number;
  session_lifetime_minutes: number;
}

const KNOWN = ["second_factor", "password_min_length", "session_idle_minutes", "session_lifetime_minutes"] as const;

/** Units that people think in; what is saved is minutes. */
const valuesOf = (policy: SignInPolicy): Values => ({
  password_sign_in: policy.password_sign_in,
  new_apps: policy.new_apps,
  second_factor: policy.second_factor,
  password_min_length: policy.password_min_length,
  session_idle_minutes: policy.session_idle_minutes / HOUR,
  session_lifetime_minutes: policy.session_lifetime_minutes / DAY,
});

export function SignInSettings() {
  const policy = useSuspenseQuery(signInPolicyQuery()).data;
  const may = useMay("organisation", "update");
  const client = useQueryClient();
  const form = useForm<Values>({ values: valuesOf(policy), disabled: !may });
  const { errors, isSubmitting, isDirty } = form.formState;
  const submit = async (values: Values) => {
    const body = {
      ...values,
      session_idle_minutes: Math.round(values.session_idle_minutes * HOUR),
      session_lifetime_minutes: Math.round(values.session_lifetime_minutes * DAY),
    };
    try {
      const { data } = await patch("/sign-in-policy", { body, ifMatch: policy.version });
      client.setQueryData(signInPolicyQuery().queryKey, data);
      told("Sign-in is changed");
    } catch (error) {
      if (isApiError(error, "reauthentication_required")) return;
      if (isApiError(error, "version_conflict")) {
        await client.invalidateQueries({ queryKey: signInPolicyQuery().queryKey });
      }
      landErrors<Values>(error, KNOWN, form.setError);
    }
  };
  const number = { valueAsNumber: true, required: "Enter a number." };
  return (
    <AdminPage title="Sign-in" text="How people get in, and for how long. Changes reach everyone at their next click.">
      <Card title="Policy">
        <form noValidate className="flex flex-col gap-4 px-4 py-4" onSubmit={(e) => void form.handleSubmit(submit)(e)}>
          {errors.root && (
            <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text">
              {errors.root.message}
            </p>
          )}
          <Switch form={form} name="password_sign_in" disabled={!may} label="People may sign in with a password">
            Off: by single sign-on only, and passkeys go by the same rule. An administrator who has no other way in
            keeps the password, so that nobody is locked out.
          </Switch>
          <Field label="Second factor" error={errors.second_factor?.message}>
            {(w) => (
              <Select {...w} {...form.register("second_factor")} className="max-w-sm">
                {Object.entries(RULES).map(([rule, label]) => (
                  <option key={rule} value={rule}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <div className="grid gap-4 sm:grid-cols-3">
            <Field
              label="Password length, at least"
              hint="8 to 64 characters"
              error={errors.password_min_length?.message}
            >
              {(w) => <Input {...w} {...form.register("password_min_length", number)} type="number" min={8} max={64} />}
            </Field>
            <Field
              label="Signed out after, unused"
              hint="Hours, up to 720"
              error={errors.session_idle_minutes?.message}
            >
              {(w) => <Input {...w} {...form.register("session_idle_minutes", number)} type="number" step="any" />}
            </Field>
            <Field
              label="Signed out after, at most"
              hint="Days, up to 90"
              error={errors.session_lifetime_minutes?.message}
            >
              {(w) => <Input {...w} {...form.register("session_lifetime_minutes", number)} type="number" step="any" />}
            </Field>
          </div>
          <Switch form={form} name="new_apps" disabled={!may} label="People may connect new apps">
            Agents and editors that use the assistant’s tools in a person’s name, once that person agrees. Off: those
            that somebody here has connected go on, and no others are let in.
          </Switch>
          {may && (
            <div>
              <Button type="submit" variant="primary" disabled={!isDirty} busy={isSubmitting && "Saving"}>
                Save
              </Button>
            </div>
          )}
        </form>
      </Card>
      {may && <EndSessionsCard />}
      <MailCard />
    </AdminPage>
  );
}

function Switch(props: {
  form: UseFormReturn<Values>;
  name: "password_sign_in" | "new_apps";
  label: string;
  disabled: boolean;
  children: ReactNode;
}) {
  return (
    <Controller
      control={props.form.control}
      name={props.name}
      render={({ field }) => (
        <label className="flex items-start gap-2.5 text-cell text-fg">
          <Checkbox
            className="mt-0.5"
            ref={field.ref}
            checked={field.value}
            disabled={props.disabled}
            onCheckedChange={(on) => field.onChange(on === true)}
          />
          <span>
            <span className="font-medium">{props.label}</span>
            <span className="block text-meta text-fg-3">{props.children}</span>
          </span>
        </label>
      )}
    />
  );
}
