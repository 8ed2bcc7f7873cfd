import { Link } from "@tanstack/react-router";
import { CircleCheck, Undo2 } from "lucide-react";
import type { Lead } from "@/api/types";
import { Button } from "@/components/ui/button";
import { CompanyMark, PersonMark } from "@/components/ui/marks";
import { dateTime } from "@/lib/format";
import { useRevert } from "./use-revert";

type Converted = NonNullable<Lead["converted"]>;

const link = "inline-flex max-w-full min-w-0 items-center gap-1.5 font-medium text-fg hover:underline";

/** What a lead has become, and the way back. */
export function ConvertedBanner({ lead, converted }: { lead: Lead; converted: Converted }) {
  const revert = useRevert(lead);
  const { account, contact, opportunity } = converted;
  return (
    <section
      aria-label="Converted"
      className="flex flex-wrap items-center gap-x-5 gap-y-2 rounded-lg border border-line-strong bg-surface px-3 py-2 text-cell text-fg-2"
    >
      <span className="inline-flex items-center gap-1.5">
        <CircleCheck className="size-4 shrink-0 text-ok-text" aria-hidden />
        Converted {dateTime(converted.at)}
        {converted.by ? ` by ${converted.by.name}` : ""}
      </span>
      {account && (
        <Link to="/accounts/$id" params={{ id: account.id }} className={link}>
          <CompanyMark name={account.name} /> <span className="truncate">{account.name}</span>
        </Link>
      )}
      {contact && (
        <Link to="/contacts/$id" params={{ id: contact.id }} className={link}>
          <PersonMark id={contact.id} name={contact.name} /> <span className="truncate">{contact.name}</span>
        </Link>
      )}
      {opportunity && (
        <Link to="/opportunities/$id" params={{ id: opportunity.id }} className={link}>
          <span className="truncate">{opportunity.name}</span>
        </Link>
      )}
      {lead.may.update && (
        <Button className="ml-auto" busy={revert.isPending && "Undoing"} onClick={() => revert.mutate()}>
          <Undo2 /> Undo conversion
        </Button>
      )}
    </section>
  );
}
