import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import { FIELD_LOCKED, useFields } from "@/api/shared";
import type { Contact, Ref } from "@/api/types";
import { Composer } from "@/components/crm/composer";
import type { FieldKind, FieldValue } from "@/components/crm/editor";
import { CustomFacts } from "@/components/crm/custom-facts";
import { Fact } from "@/components/crm/fact";
import { History } from "@/components/crm/history";
import { useLiveRecord } from "@/components/crm/live/live-record";
import { RecordPage } from "@/components/crm/record-page";
import { RelatedDeals } from "@/components/crm/related";
import { SubjectTasks } from "@/components/crm/subject-tasks";
import { Timeline } from "@/components/crm/timeline";
import { useEdit } from "@/components/crm/use-edit";
import { Badge } from "@/components/ui/badge";
import { Company, Person, PersonMark } from "@/components/ui/marks";
import { SkeletonRows } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { contactQuery } from "./queries";

const Files = loadable(() => import("@/components/crm/files/files").then((m) => m.Files));

const ContactAccounts = loadable(() => import("./accounts").then((m) => m.ContactAccounts));

export const CONTACT_TABS = ["timeline", "details", "related", "tasks", "files", "history"] as const;
export type ContactTab = (typeof CONTACT_TABS)[number];

function useContactFact(c: Contact) {
  const save = useEdit<Contact>("contacts");
  const fields = useFields("contact");
  return (key: keyof Contact & string, label: string, kind: FieldKind, clearable = true) => ({
    label,
    field: key === "owner" || key === "account" ? `${key}_id` : key,
    kind,
    currency: "",
    clearable,
    value: c[key] as FieldValue,
    hidden: fields.hides(key),
    locked: c.may.update ? (fields.locks(key) ? FIELD_LOCKED : undefined) : "You may only read this contact",
    onSave: (value: FieldValue) => {
      const ref = key === "owner" || key === "account";
      const body = ref ? { [`${key}_id`]: (value as Ref | null)?.id ?? null } : { [key]: value };
      save({ record: c, label, body, next: { [key]: value } });
    },
  });
}

export function ContactRecord({ id, tab }: { id: string; tab: ContactTab }) {
  const { record: c, gone } = useLiveRecord("contact", useSuspenseQuery(contactQuery(id)));
  const navigate = useNavigate();
  const fact = useContactFact(c);
  const save = useEdit<Contact>("contacts");
  const content: Record<ContactTab, () => ReactNode> = {
    timeline: () => <Timeline type="contact" id={id} composer={<Composer type="contact" id={id} />} />,
    details: () => (
      <div className="max-w-xl text-cell">
        <Fact row {...fact("first_name", "First name", "text")} shown={c.first_name} />
        <Fact row {...fact("last_name", "Last name", "text", false)} shown={c.last_name} />
        <Fact row {...fact("title", "Title", "text")} shown={c.title} />
        <Fact row {...fact("email", "E-mail", "text")} shown={c.email} />
        <Fact row {...fact("phone", "Phone", "text")} shown={c.phone} />
        <Fact
          row
          {...fact("tags", "Tags", "tags")}
          shown={
            c.tags.length > 0
              ? c.tags.map((t) => (
                  <Badge key={t} className="mr-1">
                    {t}
                  </Badge>
                ))
              : ""
          }
        />
        <div className="mt-6 flex flex-col gap-6">
          <CustomFacts
            object="contact"
            custom={c.custom}
            errors={c.formula_errors}
            locked={fact("title", "Title", "text").locked}
            onSave={(label, custom) =>
              save({ record: c, label, body: { custom }, next: { custom: { ...c.custom, ...custom } } })
            }
          />
        </div>
      </div>
    ),
    related: () => (
      <div className="flex flex-col gap-4">
        <ContactAccounts c={c} fallback={<SkeletonRows rows={2} />} />
        <RelatedDeals filter={{ contact_id: id }} />
      </div>
    ),
    tasks: () => <SubjectTasks subject={{ type: "contact", id, name: c.name }} />,
    files: () => <Files object="contact" id={id} mayAdd={c.may.update} fallback={<SkeletonRows rows={4} />} />,
    history: () => <History type="contact" id={id} />,
  };
  return (
    <RecordPage
      type="contact"
      record={c}
      gone={gone}
      mark={<PersonMark id={c.id} name={c.name} size={28} />}
      tabs={CONTACT_TABS}
      tab={tab}
      onTab={(next) =>
        void navigate({
          to: "/contacts/$id",
          params: { id },
          search: next === "timeline" ? {} : { tab: next },
          replace: true,
        })
      }
      email={c.email}
      mayDelete={c.may.delete}
      onGone={() => void navigate({ to: "/contacts", search: {} })}
      onNewDeal={null}
      facts={
        <div className="grid grid-cols-2 gap-x-6 gap-y-2 text-cell md:flex md:flex-wrap md:gap-x-8">
          <Fact {...fact("title", "Title", "text")} shown={c.title} />
          <Fact
            {...fact("account", "Account", "account")}
            shown={c.account && <Company name={c.account.name} />}
            link={
              c.account && (
                <Link
                  to="/accounts/$id"
                  params={{ id: c.account.id }}
                  aria-label={`Open ${c.account.name}`}
                  className="grid size-6 place-items-center rounded-sm text-fg-3 hover:bg-muted"
                >
                  <ArrowUpRight className="size-3.5" />
                </Link>
              )
            }
          />
          <Fact {...fact("email", "E-mail", "text")} shown={c.email} />
          <Fact {...fact("phone", "Phone", "text")} shown={c.phone} />
          <Fact {...fact("owner", "Owner", "user")} shown={<Person person={c.owner} />} />
        </div>
      }
    >
      {content[tab]()}
    </RecordPage>
  );
}
