import type { ReactNode } from "react";
import type { IdentityProviderKind } from "@/api/types";
import { Copyable } from "@/components/ui/copyable";
import { Card } from "@/components/ui/states";

const NAME = (text: string) => <span className="font-medium text-fg">{text}</span>;

/** What to do at the provider first, in its own words. */
const STEPS: Record<IdentityProviderKind, ReactNode[]> = {
  entra: [
    <>
      In the Entra admin center open {NAME("App registrations → New registration")}. Choose the accounts of this
      directory only, the platform {NAME("Web")}, and the redirect URI below.
    </>,
    <>
      Copy {NAME("Directory (tenant) ID")} and {NAME("Application (client) ID")} from the overview.
    </>,
    <>{NAME("Certificates & secrets → New client secret")}: copy its value, and note when it expires.</>,
    <>
      For roles by groups: {NAME("Token configuration → Add groups claim")}, groups assigned to the application. A group
      is mapped by its object ID.
    </>,
  ],
  google: [
    <>In the Google Cloud console set the OAuth consent screen to the user type {NAME("Internal")}.</>,
    <>
      {NAME("Credentials → Create credentials → OAuth client ID")}, of the type {NAME("Web application")}, with the
      redirect URI below. Copy client ID and secret.
    </>,
    <>
      Enter your Workspace domain and its secondary domains. Google tells no groups: give roles by hand, by SCIM, or by
      the default role.
    </>,
  ],
  generic: [
    <>
      Register a confidential web application with the grant type {NAME("Authorization Code")} and the redirect URI
      below. Copy client ID and secret.
    </>,
    <>
      The issuer is the address before {NAME("/.well-known/openid-configuration")}: for Okta that of your organisation,
      for Keycloak that of the realm.
    </>,
    <>For roles by groups: have the ID token carry them in a claim, such as {NAME("groups")}.</>,
  ],
};

export function Steps({ kind }: { kind: IdentityProviderKind }) {
  return (
    <Card title="At the provider first">
      <div className="flex flex-col gap-3 p-4">
        <ol className="flex list-decimal flex-col gap-1.5 pl-5 text-cell text-fg-2">
          {STEPS[kind].map((step, n) => (
            <li key={n}>{step}</li>
          ))}
        </ol>
        <Copyable label="Redirect URI" value={`${window.location.origin}/auth/oidc/callback`} />
      </div>
    </Card>
  );
}
