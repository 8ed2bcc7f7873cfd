/** One's own mailboxes, drop address, and what came by it from nobody known. */
import { useQuery } from "@tanstack/react-query";
import { Mail, Plus } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { DropAddress } from "./drop-address";
import { MailboxCard } from "./mailbox-card";
import { mailboxesQuery, mailPolicyQuery } from "./queries";
import { Unmatched } from "./unmatched";

const MailboxForm = loadable(() => import("./mailbox-form").then((m) => m.MailboxForm));

export function MyMail() {
  const mayLog = useMay("activity", "create");
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <div>
        <h1 className="text-title text-fg">My e-mail</h1>
        <p className="text-cell text-fg-3">
          Messages with people the CRM knows stand on their timelines. All others stay in your mailbox and are not
          stored. Nothing is ever sent from here.
        </p>
      </div>
      {mayLog ? <Parts /> : <p className="text-cell text-fg-2">Your role does not let you log activities.</p>}
    </div>
  );
}

function Parts() {
  const query = useQuery(mailboxesQuery());
  const allowed = useQuery(mailPolicyQuery()).data?.mailboxes ?? true;
  const [adding, setAdding] = useState(false);
  const own = query.data?.filter((m) => !m.of_organisation);
  const add = allowed && (
    <Button variant="primary" onClick={() => setAdding(true)}>
      <Plus /> Connect a mailbox
    </Button>
  );
  return (
    <>
      {query.isPending && <SkeletonRows rows={3} />}
      <ReadFailed query={query} />
      {own?.map((mailbox) => (
        <MailboxCard key={mailbox.id} mailbox={mailbox} />
      ))}
      {own?.length === 0 && (
        <Card title="Mailbox">
          <Empty icon={Mail} title="No mailbox yet">
            {allowed
              ? "Connect yours by IMAP: the inbox and the sent messages are read, and nothing in it is changed."
              : "Your administrator does not allow mailboxes to be connected."}
          </Empty>
        </Card>
      )}
      {own && add && <div>{add}</div>}
      <DropAddress />
      <Unmatched />
      {adding && <MailboxForm mailbox={null} onClose={() => setAdding(false)} fallback={null} />}
    </>
  );
}
