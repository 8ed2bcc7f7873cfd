import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ellipsis, Plus, Users } from "lucide-react";
import { useState } from "react";
import { put, remove } from "@/api/client";
import { useFields, useOptions } from "@/api/shared";
import type { DealContact, Opportunity } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { Card, Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { ContactForm } from "./deal-contact-form";
import { dealContactsQuery, usePart } from "./parts-query";

export function DealContacts({ o }: { o: Opportunity }) {
  const query = useQuery(dealContactsQuery(o.id));
  const { locks } = useFields("opportunity");
  const may = o.may.update && !locks("contacts");
  const [edited, setEdited] = useState<DealContact | "new" | null>(null);
  const items = query.data ?? [];
  return (
    <Card
      title="Contacts"
      aside={
        may && (
          <Button size="row" onClick={() => setEdited("new")}>
            <Plus /> Add a contact
          </Button>
        )
      }
    >
      {query.isPending && <SkeletonRows rows={3} />}
      <ReadFailed query={query} />
      {query.isSuccess && items.length === 0 && (
        <Empty icon={Users} title="Nobody on this deal yet">
          Add who decides, who champions it and who stands in its way.
        </Empty>
      )}
      <ul>
        {items.map((item) => (
          <ContactRow key={item.contact_id} o={o} item={item} may={may} onEdit={() => setEdited(item)} />
        ))}
      </ul>
      {edited && <ContactForm o={o} item={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </Card>
  );
}

function ContactRow(props: { o: Opportunity; item: DealContact; may: boolean; onEdit: () => void }) {
  const { o, item } = props;
  const name = item.contact?.name ?? "A contact you may not see";
  const role = useOptions("contact_role", item.role_id).find((r) => r.id === item.role_id)?.name;
  const path = { id: o.id, contact_id: item.contact_id };
  const mayChoose = !useFields("opportunity").locks("primary_contact_id");
  const primary = usePart(
    (on: boolean) =>
      put("/opportunities/{id}/contacts/{contact_id}", {
        path,
        body: { role_id: item.role_id ?? null, note: item.note ?? null, primary: on },
      }),
    () => `${name} is the primary contact`,
  );
  const drop = usePart(
    () => remove("/opportunities/{id}/contacts/{contact_id}", { path }),
    () => `${name} is off the deal`,
  );
  return (
    <li className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5 last:border-0">
      <PersonMark id={item.contact_id} name={name} size={28} />
      <span className="flex min-w-0 flex-1 flex-col text-cell">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {item.contact ? (
            <Link to="/contacts/$id" params={{ id: item.contact.id }} className="font-medium text-fg hover:underline">
              {name}
            </Link>
          ) : (
            <span className="text-fg-3">{name}</span>
          )}
          {item.primary && <Badge kind="selected">Primary</Badge>}
          {role && <Badge>{role}</Badge>}
        </span>
        {item.note && <span className="text-fg-3">{item.note}</span>}
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
            { label: "Role and note", run: props.onEdit },
            ...(item.primary || !mayChoose ? [] : [{ label: "Make primary", run: () => primary.mutate(true) }]),
            // With the primary one, the deal would lose that too.
            ...(item.primary && !mayChoose
              ? []
              : (["line", { label: "Take off the deal", bad: true, run: () => drop.mutate(undefined) }] as const)),
          ]}
        />
      )}
    </li>
  );
}
