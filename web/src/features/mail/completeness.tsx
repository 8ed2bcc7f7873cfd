/** How much of a mailbox is stored, and why the rest is not: every message of the server is accounted for. */
import type { Mailbox } from "@/api/types";
import { Progress } from "@/components/ui/states";
import { number, plural } from "@/lib/format";
import { reasons } from "./reasons";

export function Completeness({ mailbox }: { mailbox: Mailbox }) {
  const { completeness: c } = mailbox;
  const left = reasons(mailbox);
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-fg tnum">
        {mailbox.of_organisation
          ? `${plural(c.looked_at, "message")} came in`
          : `${number(c.stored)} of ${plural(c.in_mailbox, "message")} with people the CRM knows are stored`}
      </p>
      {!mailbox.of_organisation && (
        <Progress value={c.stored} max={c.in_mailbox} label="Stored of what is in the mailbox" />
      )}
      <p className="text-meta text-fg-3 tnum">
        {plural(c.on_server, "message")} on the server, {number(c.looked_at)} looked at
        {left.length > 0 && `; ${left.map(([what, n]) => `${number(n)} ${what}`).join(", ")}`}
      </p>
    </div>
  );
}
