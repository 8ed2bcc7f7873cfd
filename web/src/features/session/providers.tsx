/** Single sign-on at the door: the providers of an address's domain, and words for a sign-in that a provider ended. */
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { get } from "@/api/client";
import type { SignInProvider } from "@/api/types";
import { Button } from "@/components/ui/button";
import { useRested } from "@/lib/hooks";

const WORDS: Record<string, string> = {
  sso_provider_unknown: "This way to sign in is not available any more. Ask your administrator.",
  sso_provider_unreachable: "Your identity provider did not answer. Try again in a moment.",
  sso_provider_misconfigured:
    "Single sign-on is not set up rightly. Your administrator finds the reason in the audit log.",
  sso_provider_refused: "Your identity provider refused the sign-in. Try again, or ask your administrator.",
  sso_cancelled: "You left the sign-in at your identity provider, or it did not let you in.",
  sso_state_invalid: "This sign-in took too long or was begun elsewhere. Begin again here.",
  sso_token_invalid:
    "What your identity provider sent could not be trusted. Your administrator finds the reason in the audit log.",
  sso_email_not_verified:
    "Your identity provider does not vouch for your e-mail address. Ask its administrator to verify it.",
  sso_domain_not_trusted: "Your e-mail address is not of a domain that signs in this way.",
  sso_no_account: "You have no account here. Ask your administrator to invite you.",
  sso_account_deactivated: "Your account is deactivated. Ask your administrator.",
  sso_identity_conflict: "Your account is linked to another identity. Ask your administrator to unlink it.",
  sso_no_role: "You have no role here. Ask your administrator for one.",
  sso_too_many_attempts: "Too many attempts. Wait ten minutes, then try again.",
};

/** What a person is told of a code on the sign-in page. */
export const ssoWords = (code: string | undefined): string | null =>
  code === undefined ? null : (WORDS[code] ?? "The sign-in did not work. Try again, or ask your administrator.");

const providersQuery = (domain: string) => ({
  queryKey: ["sign-in-providers", domain],
  queryFn: () => get("/session/providers", { query: { email: `somebody@${domain}` } }),
  enabled: domain !== "",
  staleTime: 60_000,
  retry: false,
});

/** Only the domain is asked about, once it is whole. */
const domainOf = (email: string): string =>
  /@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i.exec(email.trim())?.[1]?.toLowerCase() ?? "";

/** The providers that claim an address's domain: the address alone decides, whether or not it is anybody's. */
export function useProviders(email: string): SignInProvider[] {
  const domain = useRested(domainOf(email), 250);
  const { data } = useQuery(providersQuery(domain));
  return domain === domainOf(email) ? (data?.items ?? []) : [];
}

export function Providers(props: { providers: SignInProvider[]; email: string; to: string; onPassword: () => void }) {
  const { email, to } = props;
  return (
    <div className="flex flex-col gap-2" role="group" aria-label="Single sign-on">
      {props.providers.map((provider) => (
        <Button key={provider.id} asChild variant="primary" size="lg">
          <a
            href={`/auth/oidc/${provider.id}/start?${new URLSearchParams({ return_to: to, email: email.trim() }).toString()}`}
          >
            <KeyRound aria-hidden /> Sign in with {provider.name}
          </a>
        </Button>
      ))}
      <Button type="button" variant="link" className="mt-1 self-center" onClick={props.onPassword}>
        Use a password instead
      </Button>
    </div>
  );
}
