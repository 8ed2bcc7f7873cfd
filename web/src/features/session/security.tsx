import { AuthenticatorCard } from "./authenticator-card";
import { IdentitiesCard } from "./identities-card";
import { PasskeysCard } from "./passkeys-card";
import { PasswordCard } from "./password-card";
import { RecoveryCard } from "./recovery-card";
import { loadable } from "@/lib/loadable";
import { SessionsCard } from "./sessions-card";

const PushCard = loadable(() => import("@/components/crm/push/push-card").then((m) => m.PushCard));

export function Security() {
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Security"
      className="flex min-h-0 flex-1 scroll-thin flex-col overflow-y-auto focus-visible:-outline-offset-2"
    >
      <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
        <div>
          <h1 className="text-title text-fg">Security</h1>
          <p className="text-cell text-fg-3">How you get in, and where you are signed in.</p>
        </div>
        <PasswordCard />
        <PasskeysCard />
        <AuthenticatorCard />
        <IdentitiesCard />
        <RecoveryCard />
        <SessionsCard />
        <PushCard />
      </div>
    </div>
  );
}
