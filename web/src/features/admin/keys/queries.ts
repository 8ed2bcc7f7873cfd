import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { ApiKey, AppReach, ConnectedApp, OauthClient, Scope } from "@/api/types";

export const apiKeysQuery = () =>
  queryOptions({ queryKey: ["api-keys"], queryFn: async () => (await get("/api-keys")).items });
export const serviceAccountsQuery = () =>
  queryOptions({ queryKey: ["service-accounts"], queryFn: async () => (await get("/service-accounts")).items });
export const oauthClientsQuery = () =>
  queryOptions({ queryKey: ["oauth-clients"], queryFn: async () => (await get("/oauth-clients")).items });

export const connectedAppsQuery = () =>
  queryOptions({ queryKey: ["connected-apps"], queryFn: async () => (await get("/connected-apps")).items });
export const appRegistrationsQuery = () =>
  queryOptions({ queryKey: ["app-registrations"], queryFn: async () => (await get("/app-registrations")).items });

/** What an app may do, in a person's words. */
export const REACHES: Record<AppReach, string> = {
  read: "Look things up",
  propose: "Look things up and propose changes",
};

export const APP_STATES: Record<ConnectedApp["state"], { label: string; kind: "ok" | "outline" | "bad" }> = {
  active: { label: "Connected", kind: "ok" },
  expired: { label: "Expired", kind: "outline" },
  ended: { label: "Disconnected", kind: "outline" },
  ended_for_reuse: { label: "Ended: its token was used twice", kind: "bad" },
  owner_inactive: { label: "Owner inactive", kind: "outline" },
};

/** By object and action. */
export type Scopes = Record<string, Record<string, Scope>>;

/** The widest scopes that a key of this owner can be given. */
export const grantableQuery = (ownerId: string) =>
  queryOptions({
    queryKey: ["api-keys", "scopes", ownerId],
    queryFn: async () => (await get("/api-keys/scopes", { query: { owner_id: ownerId } })).scopes,
  });

export const STATES: Record<ApiKey["state"] | OauthClient["state"], { label: string; kind: "ok" | "outline" }> = {
  active: { label: "Active", kind: "ok" },
  expired: { label: "Expired", kind: "outline" },
  revoked: { label: "Revoked", kind: "outline" },
  owner_inactive: { label: "Owner inactive", kind: "outline" },
};

/** "Read opportunities and 3 more", for a cell; the whole list for its title. */
export function scopeWords(scopes: Scopes): { short: string; all: string } {
  const all = Object.entries(scopes).flatMap(([object, actions]) =>
    Object.entries(actions).map(([action, scope]) => `${action} ${object.replaceAll("_", " ")} (${scope})`),
  );
  const [first = "nothing", ...rest] = all;
  return { short: rest.length > 0 ? `${first} and ${rest.length} more` : first, all: all.join("\n") };
}
