import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { post } from "@/api/client";
import type { ServiceAccount } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { SkeletonRows } from "@/components/ui/states";
import { z } from "@/lib/zod";
import { grantableQuery, oauthClientsQuery, type Scopes } from "./queries";
import { ScopesGrid } from "./scopes-grid";
import type { Shown } from "./secret-shown";

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Say which program it is.")),
  owner_id: z.string(),
});
type Values = z.infer<typeof schema>;

export function NewClient(props: { accounts: ServiceAccount[]; onMade: (shown: Shown) => void; onClose: () => void }) {
  const client = useQueryClient();
  const [scopes, setScopes] = useState<Scopes>({});
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { name: "", owner_id: props.accounts[0]?.id ?? "" },
  });
  const { errors, isSubmitting } = form.formState;
  const limit = useQuery(grantableQuery(form.watch("owner_id"))).data;
  const submit = form.handleSubmit(async ({ name, owner_id }) => {
    try {
      const { data } = await post("/oauth-clients", { body: { name, owner_id, scopes } });
      void client.invalidateQueries({ queryKey: oauthClientsQuery().queryKey });
      props.onMade({ title: `The client “${data.name}”`, clientId: data.id, secret: data.secret });
    } catch (error) {
      landErrors(error, ["name", "owner_id"], form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title="New OAuth client"
      description="It gets tokens of a quarter of an hour by its id and secret, and acts for a service account."
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-client" busy={isSubmitting && "Making"}>
            Make the client
          </Button>
        </>
      }
    >
      <form id="new-client" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus />}
        </Field>
        <Field label="Acts for" error={errors.owner_id?.message}>
          {(w) => (
            <Select {...w} {...form.register("owner_id", { onChange: () => setScopes({}) })}>
              {props.accounts.map((account) => (
                <option key={account.id} value={account.id}>
                  {account.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {limit ? <ScopesGrid limit={limit} value={scopes} onChange={setScopes} /> : <SkeletonRows rows={4} />}
      </form>
    </Overlay>
  );
}
