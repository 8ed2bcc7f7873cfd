/** A mailbox: how it does, how much of it is stored, and what can be done with it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Mailbox } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { ago, date, dateTime } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { Completeness } from "./completeness";
import { mailboxesQuery } from "./queries";

const MailboxForm = loadable(() => import("./mailbox-form").then((m) => m.MailboxForm));
const Disconnect = loadable(() => import("./disconnect").then((m) => m.Disconnect));

const isDue = (mailbox: Mailbox): boolean =>
  mailbox.next_sync_at != null && Date.parse(mailbox.next_sync_at) <= Date.now();

export function MailboxCard({ mailbox }: { mailbox: Mailbox }) {
  const client = useQueryClient();
  const [open, setOpen] = useState<"edit" | "end" | null>(null);
  const sync = useMutation({
    mutationFn: () => post("/mailboxes/{id}/sync", { path: { id: mailbox.id } }),
    onError: (error) => failed("It was not synced", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: mailboxesQuery().queryKey }),
  });
  const due = isDue(mailbox);
  const facts = [
    ["Server", `${mailbox.host}:${mailbox.port}`],
    ["Folders", mailbox.folder_labels.join(", ")],
    ["From", date(mailbox.since)],
    ...(mailbox.of_organisation ? [] : [["Stored", mailbox.private ? "for you alone" : "for colleagues too"]]),
    ["Last sync", mailbox.last_sync_at ? ago(mailbox.last_sync_at) : "not yet"],
    ["Next sync", due ? "now" : mailbox.next_sync_at ? dateTime(mailbox.next_sync_at) : "when it is put right"],
  ];
  return (
    <Card title={mailbox.address} aside={<State mailbox={mailbox} due={due} />}>
      <div className="flex flex-col gap-3 px-4 py-3 text-cell">
        {mailbox.error && (
          <p role="alert" className="text-bad-text">
            {mailbox.error}
          </p>
        )}
        <Completeness mailbox={mailbox} />
        <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3">
          {facts.map(([label, value]) => (
            <div key={label} className="min-w-0">
              <dt className="text-meta text-fg-3">{label}</dt>
              <dd className="break-words text-fg tnum">{value}</dd>
            </div>
          ))}
        </dl>
        <div className="flex flex-wrap gap-2">
          <Button busy={(sync.isPending || due) && "Syncing"} onClick={() => sync.mutate()}>
            <RefreshCw /> Sync now
          </Button>
          <Button onClick={() => setOpen("edit")}>Settings</Button>
          <Button variant="quietDanger" onClick={() => setOpen("end")}>
            Disconnect
          </Button>
        </div>
      </div>
      {open === "edit" && <MailboxForm mailbox={mailbox} onClose={() => setOpen(null)} fallback={null} />}
      {open === "end" && <Disconnect mailbox={mailbox} onClose={() => setOpen(null)} fallback={null} />}
    </Card>
  );
}

function State({ mailbox, due }: { mailbox: Mailbox; due: boolean }) {
  if (mailbox.error_code)
    return <Badge kind="bad">{mailbox.next_sync_at ? "Will try again" : "Needs attention"}</Badge>;
  return <Badge kind={due ? "warn" : "ok"}>{due ? "Syncing" : "Connected"}</Badge>;
}
