import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import { useMay, useMe } from "@/api/shared";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { SkeletonRows } from "@/components/ui/states";
import { z } from "@/lib/zod";
import { apiKeysQuery, grantableQuery, serviceAccountsQuery, type Scopes } from "./queries";
import { ScopesGrid } from "./scopes-grid";
import type { Shown } from "./secret-shown";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Say what the key is for.")),
  days: z.enum(["7", "30", "90", "180", "365"]),
  owner_id: z.string(),
});
type Values = z.infer<typeof schema>;

export function NewKey({ onMade, onClose }: { onMade: (shown: Shown) => void; onClose: () => void }) {
  const me = useMe();
  const client = useQueryClient();
  const mayGive = useMay("service_account", "read");
  const robots = useQuery({ ...serviceAccountsQuery(), enabled: mayGive }).data?.filter((s) => s.active) ?? [];
  const [scopes, setScopes] = useState<Scopes>({});
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { name: "", days: "90", owner_id: me.user.id },
  });
  const { errors, isSubmitting } = form.formState;
  const owner = form.watch("owner_id");
  const limit = useQuery(grantableQuery(owner)).data;
  const submit = form.handleSubmit(async ({ name, days, owner_id }) => {
    const expires_at = new Date(Date.now() + Number(days) * 86_400_000).toISOString();
    try {
      const { data } = await post("/api-keys", { body: { name, owner_id, scopes, expires_at } });
      void client.invalidateQueries({ queryKey: apiKeysQuery().queryKey });
      onMade({ title: `The key “${data.name}”`, secret: data.secret });
    } catch (error) {
      landErrors(error, ["name", "owner_id"], form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="New API key"
      description="A program acts by it in its owner’s name, and never does more than its owner may."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-key" busy={isSubmitting && "Making"}>
            Make the key
          </Button>
        </>
      }
    >
      <form id="new-key" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message} hint="Such as the program that will use it.">
          {(w) => <Input {...w} {...form.register("name")} autoFocus />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Ends after">
            {(w) => (
              <Select {...w} {...form.register("days")}>
                <option value="7">A week</option>
                <option value="30">30 days</option>
                <option value="90">90 days</option>
                <option value="180">180 days</option>
                <option value="365">A year</option>
              </Select>
            )}
          </Field>
          {robots.length > 0 && (
            <Field label="Acts for" error={errors.owner_id?.message}>
              {(w) => (
                <Select {...w} {...form.register("owner_id", { onChange: () => setScopes({}) })}>
                  <option value={me.user.id}>Me</option>
                  {robots.map((robot) => (
                    <option key={robot.id} value={robot.id}>
                      {robot.name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
        </div>
        {limit ? <ScopesGrid limit={limit} value={scopes} onChange={setScopes} /> : <SkeletonRows rows={4} />}
      </form>
    </Overlay>
  );
}
