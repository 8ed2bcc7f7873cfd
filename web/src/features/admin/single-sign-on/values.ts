/** An identity provider as its form holds it, and as the API takes it. */
import type { IdentityProvider, IdentityProviderKind } from "@/api/types";
import { z } from "@/lib/zod";

export const KINDS: Record<
  IdentityProviderKind,
  { label: string; hint: string; name: string; issuer: string; claim: string }
> = {
  entra: {
    label: "Microsoft Entra ID",
    hint: "Azure Active Directory; Microsoft 365",
    name: "Microsoft",
    issuer: "",
    claim: "groups",
  },
  google: {
    label: "Google Workspace",
    hint: "Accounts of your Workspace domain",
    name: "Google",
    issuer: "https://accounts.google.com",
    claim: "groups",
  },
  generic: {
    label: "Another provider",
    hint: "Okta, Keycloak, Auth0, or any that speaks OpenID Connect",
    name: "",
    issuer: "",
    claim: "groups",
  },
};

export const schema = z.object({
  kind: z.enum(["entra", "google", "generic"]),
  name: z.string().check(z.trim(), z.minLength(1, "Name it: the button says “Sign in with …”.")),
  issuer: z.string().check(z.trim(), z.minLength(1, "Enter the issuer.")),
  client_id: z.string().check(z.trim(), z.minLength(1, "Enter the client id.")),
  client_secret: z.string(),
  domains: z.string(),
  tenants: z.string(),
  enabled: z.boolean(),
  provisions: z.boolean(),
  default_role_id: z.string(),
  email_claim: z.string(),
  name_claim: z.string(),
  mappings: z.array(
    z.object({
      source: z.enum(["claim", "group"]),
      claim: z.string(),
      value: z.string().check(z.minLength(1, "Enter the value.")),
      /** `role:<id>` or `team:<id>`. */
      to: z.string().check(z.minLength(1, "Choose what it stands for.")),
    }),
  ),
});
export type Values = z.infer<typeof schema>;

export function empty(kind: IdentityProviderKind): Values {
  return {
    kind,
    name: KINDS[kind].name,
    issuer: KINDS[kind].issuer,
    client_id: "",
    client_secret: "",
    domains: "",
    tenants: "",
    enabled: true,
    provisions: false,
    default_role_id: "",
    email_claim: "",
    name_claim: "",
    mappings: [],
  };
}

export function valuesOf(provider: IdentityProvider): Values {
  return {
    kind: provider.kind,
    name: provider.name,
    issuer: provider.issuer,
    client_id: provider.client_id,
    client_secret: "",
    domains: provider.domains.join(", "),
    tenants: provider.tenants.join(", "),
    enabled: provider.enabled,
    provisions: provider.provisions,
    default_role_id: provider.default_role_id ?? "",
    email_claim: provider.email_claim ?? "",
    name_claim: provider.name_claim ?? "",
    mappings: provider.mappings.map((m) => ({
      source: m.source ?? "claim",
      claim: m.claim ?? "",
      value: m.value,
      to: m.role_id ? `role:${m.role_id}` : `team:${m.team_id ?? ""}`,
    })),
  };
}

const words = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== "");

const DIRECTORY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Entra's issuer follows from the directory's id. */
export const issuerOf = (kind: IdentityProviderKind, text: string): string =>
  kind === "entra" && DIRECTORY.test(text.trim())
    ? `https://login.microsoftonline.com/${text.trim().toLowerCase()}/v2.0`
    : text.trim();

export function bodyOf(values: Values) {
  const { client_secret, mappings, ...rest } = values;
  return {
    ...rest,
    issuer: issuerOf(values.kind, values.issuer),
    domains: words(values.domains),
    tenants: words(values.tenants),
    default_role_id: values.default_role_id || null,
    email_claim: values.email_claim || null,
    name_claim: values.name_claim || null,
    // Left empty, the kept one stays.
    ...(client_secret === "" ? {} : { client_secret }),
    mappings: mappings.map(({ source, claim, value, to }) => {
      const [what, id = ""] = to.split(":");
      const target = what === "role" ? { role_id: id, team_id: null } : { role_id: null, team_id: id };
      return { source, claim: source === "group" ? "" : claim, value, ...target };
    }),
  };
}
