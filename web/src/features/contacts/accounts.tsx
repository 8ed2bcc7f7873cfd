/** Where a contact works, and worked. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BriefcaseBusiness, Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import { patch, remove } from "@/api/client";
import { useFields } from "@/api/shared";
import type { Affiliation, Contact } from "@/api/types";
import { useWrite } from "@/components/crm/use-write";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CompanyMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { date } from "@/lib/format";
import { AffiliationForm } from "./affiliation-form";
import { ChangeJobs } from "./change-jobs";
import { contactAccountsQuery } from "./queries";

/** What is open: a row, a new one, or a change of jobs. */
type Open = Affiliation | "new" | "move" | null;

export function ContactAccounts({ c }: { c: Contact }) {
  const query = useQuery(contactAccountsQuery(c.id));
  const [open, setOpen] = useState<Open>(null);
  const { locks } = useFields("contact");
  const may = c.may.update && !locks("account_id");
  const items = query.data ?? [];
  return (
    <Card
      title="Accounts"
      aside={
        may && (
          <>
            <Button size="row" onClick={() => setOpen("move")}>
              <BriefcaseBusiness /> Changed jobs
            </Button>
            <Button size="row" onClick={() => setOpen("new")}>
              <Plus /> Add an account
            </Button>
          </>
        )
      }
    >
      {query.isPending && <SkeletonRows rows={2} />}
      <ReadFailed query={query} />
      {query.isSuccess && items.length === 0 && <p className="px-4 py-4 text-cell text-fg-3">At no account yet.</p>}
      <ul>
        {items.map((item) => (
          <AffiliationRow key={item.id} c={c} item={item} may={may} onEdit={() => setOpen(item)} />
        ))}
      </ul>
      {open === "move" && <ChangeJobs c={c} onClose={() => setOpen(null)} />}
      {open !== null && open !== "move" && (
        <AffiliationForm c={c} item={open === "new" ? null : open} onClose={() => setOpen(null)} />
      )}
    </Card>
  );
}

/** "since 1 Mar 2024", "2019 to 2024". */
function time(item: Affiliation): string {
  const from = item.started_on ? date(item.started_on) : "";
  if (!item.ended_on) return from && `since ${from}`;
  return from ? `${from} to ${date(item.ended_on)}` : `until ${date(item.ended_on)}`;
}

function AffiliationRow(props: { c: Contact; item: Affiliation; may: boolean; onEdit: () => void }) {
  const { c, item } = props;
  const path = { id: c.id, affiliation_id: item.id };
  const name = item.account.name;
  const own = useWrite(
    () =>
      patch("/contacts/{id}", {
        path: { id: c.id },
        body: { account_id: item.account_id, ...(item.title ? { title: item.title } : {}) },
        ifMatch: c.version,
      }),
    () => `${name} is the contact’s own account`,
  );
  const drop = useWrite(
    () => remove("/contacts/{id}/accounts/{affiliation_id}", { path, ifMatch: c.version }),
    () => `${name} removed`,
  );
  return (
    <li className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5 last:border-0">
      <CompanyMark name={name} />
      <span className="flex min-w-0 flex-1 flex-col text-cell">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link to="/accounts/$id" params={{ id: item.account_id }} className="font-medium text-fg hover:underline">
            {name}
          </Link>
          {item.primary && <Badge kind="selected">Primary</Badge>}
          {item.ended_on && <Badge kind="outline">Former</Badge>}
        </span>
        <span className="text-fg-3">{[item.title, time(item)].filter(Boolean).join(", ")}</span>
      </span>
      {props.may && (
        <Menu
          align="end"
          trigger={
            <Button variant="quiet" size="iconRow" aria-label={`Change ${name}`}>
              <Ellipsis />
            </Button>
          }
          items={[
            { label: item.primary ? "Since when…" : "Title and time…", run: props.onEdit },
            ...(item.primary || item.ended_on ? [] : [{ label: "Make primary", run: () => own.mutate(undefined) }]),
            ...(item.primary
              ? []
              : (["line", { label: "Remove", bad: true, run: () => drop.mutate(undefined) }] as const)),
          ]}
        />
      )}
    </li>
  );
}
