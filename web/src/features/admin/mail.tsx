import { useSuspenseQuery } from "@tanstack/react-query";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/states";
import { dateTime } from "@/lib/format";
import { mailQuery } from "./queries";

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
      </div>
    </Card>
  );
}
