import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { patch, post } from "@/api/client";
import { teamsQuery } from "@/api/shared";
import type { ServiceAccount } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { z } from "@/lib/zod";
import { rolesQuery } from "../queries";
import { serviceAccountsQuery } from "./queries";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Give it a name.")),
  role_id: z.string().check(z.minLength(1, "Choose a role.")),
  team_id: z.string(),
});
type Values = z.infer<typeof schema>;

/** A new service account, or the one that is changed. */
export function ServiceAccountForm({ account, onClose }: { account?: ServiceAccount; onClose: () => void }) {
  const client = useQueryClient();
  const roles = useQuery(rolesQuery()).data ?? [];
  const teams = useQuery(teamsQuery()).data ?? [];
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    values: {
      name: account?.name ?? "",
      role_id: account?.roles[0]?.id ?? "",
      team_id: account?.team_id ?? "",
    },
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ name, role_id, team_id }) => {
    // Of several roles only the first is shown: they stay as they are unless another is chosen.
    const kept = account !== undefined && role_id === account.roles[0]?.id;
    const base = { name, team_id: team_id || null };
    try {
      await (account
        ? patch("/service-accounts/{id}", {
            path: { id: account.id },
            body: kept ? base : { ...base, role_ids: [role_id] },
            ifMatch: account.version,
          })
        : post("/service-accounts", { body: { ...base, role_ids: [role_id] } }));
      void client.invalidateQueries({ queryKey: serviceAccountsQuery().queryKey });
      told(account ? "Service account saved" : "Service account made");
      onClose();
    } catch (error) {
      landErrors(error, ["name"], form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={account ? `Change ${account.name}` : "New service account"}
      description="It has no password and can’t sign in. Programs act for it by its keys."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="service-account" busy={isSubmitting && "Saving"}>
            {account ? "Save" : "Make it"}
          </Button>
        </>
      }
    >
      <form id="service-account" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus />}
        </Field>
        <Field label="Role" required error={errors.role_id?.message} hint="The most that its keys can do.">
          {(w) => (
            <Select {...w} {...form.register("role_id")}>
              <option value="">Choose a role</option>
              {roles.map((role) => (
                <option key={role.id} value={role.id}>
                  {role.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Team">
          {(w) => (
            <Select {...w} {...form.register("team_id")}>
              <option value="">None</option>
              {teams.map((team) => (
                <option key={team.id} value={team.id}>
                  {team.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Overlay>
  );
}
