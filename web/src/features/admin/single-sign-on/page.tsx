import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { patch, post, remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { IdentityProviderKind } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { AdminPage } from "../layout";
import { domainsQuery, identityProviderQuery } from "../queries";
import { Addresses } from "./addresses";
import { Domains } from "./domains";
import { ProviderForm } from "./form";
import { BackToProviders } from "./list";
import { Provisioning } from "./provisioning";
import { Steps } from "./steps";
import { bodyOf, empty, KINDS, schema, valuesOf, type Values } from "./values";

export function NewIdentityProvider({ kind }: { kind: IdentityProviderKind }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: empty(kind) });
  const submit = form.handleSubmit(async (values) => {
    try {
      const { data } = await post("/identity-providers", { body: bodyOf(values) });
      await client.invalidateQueries({ queryKey: ["identity-providers"] });
      await navigate({ to: "/admin/single-sign-on/$id", params: { id: data.id } });
      told(`Added ${data.name}`);
    } catch (error) {
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <AdminPage title={KINDS[kind].label} text={KINDS[kind].hint}>
      <Steps kind={kind} />
      <form noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        <ProviderForm form={form} hasSecret={false} />
        <div className="flex gap-2">
          <Button type="submit" variant="primary" busy={form.formState.isSubmitting && "Adding"}>
            Add provider
          </Button>
          <BackToProviders />
        </div>
      </form>
    </AdminPage>
  );
}

export function IdentityProviderPage({ id }: { id: string }) {
  const provider = useSuspenseQuery(identityProviderQuery(id)).data;
  const client = useQueryClient();
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    values: valuesOf(provider),
    resetOptions: { keepDirtyValues: true },
  });
  const submit = form.handleSubmit(async (values) => {
    try {
      const { data } = await patch("/identity-providers/{id}", {
        path: { id },
        body: bodyOf(values),
        ifMatch: provider.version,
      });
      form.reset(valuesOf(data));
      await client.invalidateQueries({ queryKey: ["identity-providers"] });
      await client.invalidateQueries({ queryKey: domainsQuery().queryKey });
      told(`Saved ${values.name}`);
    } catch (error) {
      if (isApiError(error, "version_conflict")) {
        failed("Somebody else changed it meanwhile", "Their values are shown now: change them again.");
        await client.invalidateQueries({ queryKey: ["identity-providers"] });
      } else landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <AdminPage title={provider.name} text={KINDS[provider.kind].label}>
      <Card title="Register these at the provider">
        <div className="p-4">
          <Addresses provider={provider} />
        </div>
      </Card>
      <form noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        <ProviderForm form={form} hasSecret={provider.has_client_secret} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" busy={form.formState.isSubmitting && "Saving"}>
            Save
          </Button>
          <BackToProviders />
          <span className="flex-1" />
          <RemoveProvider id={id} name={provider.name} version={provider.version} />
        </div>
      </form>
      <Domains domains={provider.domains} />
      <Provisioning provider={provider} />
    </AdminPage>
  );
}

function RemoveProvider({ id, name, version }: { id: string; name: string; version: number }) {
  const [asked, setAsked] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const gone = useMutation({
    mutationFn: () => remove("/identity-providers/{id}", { path: { id }, ifMatch: version }),
    onSuccess: async () => {
      await navigate({ to: "/admin/single-sign-on" });
      client.removeQueries({ queryKey: identityProviderQuery(id).queryKey });
      await client.invalidateQueries({ queryKey: ["identity-providers"] });
      told(`Removed ${name}`);
    },
    onError: (error) => failed("It was not removed", sentence(error)),
  });
  return (
    <>
      <Button variant="quietDanger" onClick={() => setAsked(true)}>
        Remove
      </Button>
      {asked && (
        <Confirm
          title={`Remove ${name}?`}
          verb="Remove"
          doing="Removing"
          pending={gone.isPending}
          onConfirm={() => gone.mutate()}
          onClose={() => setAsked(false)}
        >
          <p>
            Nobody can sign in with it any more. Accounts, roles and teams stay; who has no password needs another way
            in.
          </p>
        </Confirm>
      )}
    </>
  );
}
