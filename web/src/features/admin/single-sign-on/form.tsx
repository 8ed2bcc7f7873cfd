import { useSuspenseQuery } from "@tanstack/react-query";
import { Controller, useWatch, type UseFormReturn } from "react-hook-form";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { rolesQuery } from "../queries";
import { TestConnection } from "./connection";
import { Mappings } from "./mappings";
import { issuerOf, type Values } from "./values";

function Tick({ form, name, label }: { form: UseFormReturn<Values>; name: "enabled" | "provisions"; label: string }) {
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field }) => (
        <label className="flex items-center gap-2 text-cell text-fg">
          <Checkbox checked={field.value} onCheckedChange={(on) => field.onChange(on === true)} /> {label}
        </label>
      )}
    />
  );
}

function Connection({ form, hasSecret }: { form: UseFormReturn<Values>; hasSecret: boolean }) {
  const { errors } = form.formState;
  const [kind, issuer] = useWatch({ control: form.control, name: ["kind", "issuer"] });
  const many = kind === "entra" && /\/(organizations|common)\/v2\.0$/.test(issuer);
  return (
    <Card title="Connection">
      <div className="flex flex-col gap-4 p-4">
        <Field label="Name" required error={errors.name?.message} hint="The button says “Sign in with …”.">
          {(w) => <Input {...w} {...form.register("name")} />}
        </Field>
        <Field
          label={kind === "entra" ? "Directory (tenant) ID, or issuer" : "Issuer"}
          required
          error={errors.issuer?.message}
          hint={
            kind === "entra"
              ? "From the overview of your app registration."
              : "The address of the provider, without /.well-known/…"
          }
        >
          {(w) => <Input {...w} {...form.register("issuer")} spellCheck={false} />}
        </Field>
        {many && (
          <Field
            label="Directories that may come in"
            required
            error={errors.tenants?.message}
            hint="Their tenant IDs, with commas between."
          >
            {(w) => <Input {...w} {...form.register("tenants")} spellCheck={false} />}
          </Field>
        )}
        <TestConnection kind={kind} issuer={issuerOf(kind, issuer)} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={kind === "entra" ? "Application (client) ID" : "Client ID"}
            required
            error={errors.client_id?.message}
          >
            {(w) => <Input {...w} {...form.register("client_id")} spellCheck={false} autoComplete="off" />}
          </Field>
          <Field
            label="Client secret"
            error={errors.client_secret?.message}
            hint={hasSecret ? "One is kept. Enter another one to replace it." : "Kept sealed, and never shown again."}
          >
            {(w) => <Input {...w} {...form.register("client_secret")} type="password" autoComplete="new-password" />}
          </Field>
        </div>
      </div>
    </Card>
  );
}

/** Everything of a provider that an administrator decides. */
export function ProviderForm({ form, hasSecret }: { form: UseFormReturn<Values>; hasSecret: boolean }) {
  const roles = useSuspenseQuery(rolesQuery()).data;
  const { errors } = form.formState;
  return (
    <>
      {errors.root && (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text">
          {errors.root.message}
        </p>
      )}
      <Connection form={form} hasSecret={hasSecret} />
      <Card title="People">
        <div className="flex flex-col gap-4 p-4">
          <Field
            label="E-mail domains"
            error={errors.domains?.message}
            hint="Their people get the button, and an account by their verified address: acme.com, acme.de"
          >
            {(w) => <Input {...w} {...form.register("domains")} spellCheck={false} />}
          </Field>
          <Tick form={form} name="provisions" label="Make an account for who comes for the first time" />
          <Field label="Role for who would have none" className="sm:max-w-72" error={errors.default_role_id?.message}>
            {(w) => (
              <Select {...w} {...form.register("default_role_id")}>
                <option value="">None: they are turned away</option>
                {roles.map((r) => (
                  <option key={r.id} value={r.id}>
                    {r.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Tick form={form} name="enabled" label="People may sign in with it" />
        </div>
      </Card>
      <Card title="Roles and teams">
        <div className="flex flex-col gap-3 p-4">
          <p className="text-cell text-fg-3">
            What the provider’s groups stand for here. It is applied at each sign-in: a group that somebody leaves takes
            its role away. Roles given by hand stay.
          </p>
          <Mappings form={form} />
        </div>
      </Card>
    </>
  );
}
