import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Controller, useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { patch, post } from "@/api/client";
import { isApiError } from "@/api/problem";
import { teamsQuery, useMay } from "@/api/shared";
import type { User } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { PersonIdentities } from "./person-identities";
import { peopleChanged, rolesQuery } from "./queries";
import { RolePicker } from "./role-picker";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Say the name.")),
  email: z.string().check(z.trim(), z.minLength(3, "Say the e-mail address.")),
  team_id: z.string(),
  role_ids: z.array(z.string()),
  password: z.string(),
});
type Values = z.infer<typeof schema>;

/** A new person, or one who changes. */
export function PersonForm({ user, onClose }: { user: User | null; onClose: () => void }) {
  const client = useQueryClient();
  const teams = useSuspenseQuery(teamsQuery()).data;
  const roles = useQuery({ ...rolesQuery(), enabled: useMay("role", "read") }).data;
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      name: user?.name ?? "",
      email: user?.email ?? "",
      team_id: user?.team_id ?? "",
      role_ids: user?.roles.map((r) => r.id) ?? [],
      password: "",
    },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ password, ...values }) => {
    const body = { ...values, team_id: values.team_id || null };
    try {
      if (user) await patch("/users/{id}", { path: { id: user.id }, body, ifMatch: user.version });
      else await post("/users", { body: password ? { ...body, password } : body });
      await peopleChanged(client);
      onClose();
      told(user ? `${values.name} changed` : `${values.name} added`);
    } catch (error) {
      if (isApiError(error, "version_conflict")) await peopleChanged(client);
      landErrors(error, Object.keys(schema.shape), form.setError);
    }
  });
  const title = user ? `Edit ${user.name}` : "New person";
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="person" busy={isSubmitting && "Saving"}>
            {user ? "Save changes" : "Add person"}
          </Button>
        </>
      }
    >
      <form id="person" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus />}
        </Field>
        <Field label="E-mail" required error={errors.email?.message}>
          {(w) => <Input {...w} {...form.register("email")} type="email" autoComplete="off" />}
        </Field>
        <Field
          label="Team"
          error={errors.team_id?.message}
          hint={user ? "Their records go with them into another team." : undefined}
        >
          {(w) => (
            <Select {...w} {...form.register("team_id")}>
              <option value="">No team</option>
              {teams.map((t) => (
                <option key={t.id} value={t.id}>
                  {t.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Controller
          control={form.control}
          name="role_ids"
          render={({ field }) => (
            <RolePicker
              roles={roles ?? user?.roles ?? []}
              value={field.value}
              onChange={field.onChange}
              error={errors.role_ids?.message}
            />
          )}
        />
        {user && <PersonIdentities user={user} />}
        {!user && (
          <Field
            label="Password"
            error={errors.password?.message}
            hint="Optional: at least 10 characters. Without one they cannot sign in by password yet."
          >
            {(w) => <Input {...w} {...form.register("password")} type="password" autoComplete="new-password" />}
          </Field>
        )}
      </form>
    </Overlay>
  );
}
