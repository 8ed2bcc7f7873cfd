/** What an administrator decides about mail, the drop mailbox, and which mailboxes there are. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { ago } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { MailboxCard } from "./mailbox-card";
import { PolicyForm } from "./policy-form";
import { connectedQuery, mailboxesQuery, mailPolicyQuery } from "./queries";

const MailboxForm = loadable(() => import("./mailbox-form").then((m) => m.MailboxForm));

export function MailAdmin() {
  const policy = useSuspenseQuery(mailPolicyQuery()).data;
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <div>
        <h1 className="text-title text-fg">E-mail</h1>
        <p className="text-cell text-fg-3">
          People’s mailboxes, and the address to which they send copies. What is in a mailbox is its person’s alone.
        </p>
      </div>
      <PolicyForm key={policy.version} policy={policy} />
      <DropMailbox />
      <Connected />
    </div>
  );
}

function DropMailbox() {
  const [adding, setAdding] = useState(false);
  const { data } = useQuery(mailboxesQuery());
  const drop = data?.find((m) => m.of_organisation);
  if (drop) return <MailboxCard mailbox={drop} />;
  return (
    <Card title="Drop mailbox">
      <div className="flex flex-col gap-3 px-4 py-3 text-cell">
        <p className="text-fg-2">
          A mailbox of its own, such as crm@ your domain, whose server delivers addresses with a plus sign (crm+word@).
          What people copy or forward to it is stored in their name.
        </p>
        <div>
          <Button variant="primary" onClick={() => setAdding(true)}>
            <Plus /> Connect the drop mailbox
          </Button>
        </div>
      </div>
      {adding && <MailboxForm mailbox={null} ofOrganisation onClose={() => setAdding(false)} fallback={null} />}
    </Card>
  );
}

function Connected() {
  const { data } = useQuery(connectedQuery());
  return (
    <Card title="People’s mailboxes">
      {data?.length === 0 && <p className="px-4 py-3 text-cell text-fg-3">Nobody has connected one yet.</p>}
      <ul aria-label="People’s mailboxes">
        {data?.map((m) => (
          <li
            key={m.id}
            className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-cell last:border-0"
          >
            <span className="flex min-w-0 flex-1 basis-56 flex-col">
              <span className="truncate font-medium text-fg">{m.user_name}</span>
              <span className="truncate text-meta text-fg-3">
                {m.address} · {m.host} · {m.last_sync_at ? `synced ${ago(m.last_sync_at)}` : "not synced yet"}
              </span>
            </span>
            {m.private && <Badge>Private</Badge>}
            <Badge kind={m.error_code ? "bad" : "ok"}>{m.error_code ? "Does not sync" : "Connected"}</Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}
