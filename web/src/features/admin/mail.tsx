import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { bouncingQuery, mailQuery } from "./queries";

/** How invitations and resets leave the server. It is set where the server is started. */
export function MailCard() {
  const mail = useSuspenseQuery(mailQuery()).data;
  const facts = [
    ["Sender", mail.from],
    ["Waiting", String(mail.waiting)],
    ["Given up", String(mail.failed)],
    ["Last sent", mail.last_sent_at ? dateTime(mail.last_sent_at) : "never"],
  ] as const;
  return (
    <Card
      title="Outbound mail"
      aside={
        mail.delivery === "smtp" ? <Badge kind="ok">Mail server</Badge> : <Badge kind="warn">No mail server</Badge>
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        {mail.delivery === "folder" && (
          <p className="text-cell text-fg-2">
            Nobody gets letters yet: they are written to <code className="font-mono text-code">{mail.folder}</code> on
            the server. Set <code className="font-mono text-code">SMTP_URL</code> and{" "}
            <code className="font-mono text-code">MAIL_FROM</code> to send them.
          </p>
        )}
        <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-4">
          {facts.map(([label, value]) => (
            <div key={label} className="min-w-0">
              <dt className="text-meta text-fg-3">{label}</dt>
              <dd className="text-cell break-words text-fg tnum">{value}</dd>
            </div>
          ))}
        </dl>
        <Bouncing />
      </div>
    </Card>
  );
}

/** Whose addresses refuse letters, so that none are sent to them. */
function Bouncing() {
  const client = useQueryClient();
  const bouncing = useQuery({ ...bouncingQuery(), enabled: useMay("user", "update") }).data ?? [];
  const again = useMutation({
    mutationFn: (id: string) => remove("/bouncing-addresses/{id}", { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: bouncingQuery().queryKey }),
    onError: (error) => failed("That did not work", sentence(error)),
  });
  if (bouncing.length === 0) return null;
  return (
    <section aria-label="Addresses that refuse letters" className="flex flex-col gap-1">
      <h3 className="text-cell font-medium text-fg">Addresses that refuse letters</h3>
      <p className="text-meta text-fg-3">Nothing is sent to them until you say so.</p>
      <ul>
        {bouncing.map((who) => (
          <li key={who.user_id} className="flex flex-wrap items-center gap-3 py-1 text-cell">
            <span className="min-w-0 flex-1 break-words text-fg">
              {who.name} <span className="text-fg-3">{who.email}</span>
            </span>
            <span className="text-meta text-fg-3">since {dateTime(who.since)}</span>
            <Button size="card" disabled={again.isPending} onClick={() => again.mutate(who.user_id)}>
              Try again
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
