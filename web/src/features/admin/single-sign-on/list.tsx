import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fingerprint, Plus } from "lucide-react";
import { useMay } from "@/api/shared";
import type { IdentityProviderKind } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { AdminPage, PlainTable } from "../layout";
import { identityProvidersQuery } from "../queries";
import { KINDS } from "./values";

function Presets() {
  return (
    <ul className="grid gap-3 sm:grid-cols-3">
      {(Object.keys(KINDS) as IdentityProviderKind[]).map((kind) => (
        <li key={kind}>
          <Link
            to="/admin/single-sign-on/new"
            search={{ kind }}
            className="flex h-full flex-col rounded-xl border border-line-strong bg-surface p-4 hover:border-line-control"
          >
            <span className="flex items-center gap-1.5 text-body font-medium text-fg">
              <Plus className="size-3.5 text-fg-3" aria-hidden /> {KINDS[kind].label}
            </span>
            <span className="mt-0.5 text-meta text-fg-3">{KINDS[kind].hint}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function IdentityProviders() {
  const providers = useSuspenseQuery(identityProvidersQuery()).data;
  const mayAdd = useMay("single_sign_on", "create");
  return (
    <AdminPage
      title="Single sign-on"
      text="People sign in with the account they have already, by OpenID Connect. Which provider it is follows from their e-mail address."
    >
      {providers.length === 0 ? (
        <Empty icon={Fingerprint} title="No identity provider yet">
          Add one, and people of your domain sign in with it.
        </Empty>
      ) : (
        <PlainTable heads={[{ label: "Provider" }, { label: "Domains" }, { label: "New people" }, { label: "" }]}>
          {providers.map((p) => (
            <tr key={p.id}>
              <td>
                <Link
                  to="/admin/single-sign-on/$id"
                  params={{ id: p.id }}
                  className="font-medium text-accent-text hover:underline"
                >
                  {p.name}
                </Link>
                <span className="block text-meta text-fg-3">{KINDS[p.kind].label}</span>
              </td>
              <td>{p.domains.join(", ") || <span className="text-warn-text">None: nobody is sent here</span>}</td>
              <td>{p.provisions ? "Get an account" : "Need an account"}</td>
              <td className="text-right">{!p.enabled && <Badge kind="outline">Off</Badge>}</td>
            </tr>
          ))}
        </PlainTable>
      )}
      {mayAdd && (
        <section aria-label="Add a provider" className="flex flex-col gap-2">
          <h2 className="text-section text-fg">Add a provider</h2>
          <Presets />
        </section>
      )}
    </AdminPage>
  );
}

export function BackToProviders() {
  return (
    <Button asChild size="card">
      <Link to="/admin/single-sign-on">All providers</Link>
    </Button>
  );
}
