import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { FIELD_LOCKED, useFields, useMay, useMe, useOptions } from "@/api/shared";
import type { Account, Ref } from "@/api/types";
import { Composer } from "@/components/crm/composer";
import type { FieldKind, FieldValue } from "@/components/crm/editor";
import { CustomFacts } from "@/components/crm/custom-facts";
import { Origin } from "@/components/crm/enrichment/origin";
import { Fact } from "@/components/crm/fact";
import { History } from "@/components/crm/history";
import { useLiveRecord } from "@/components/crm/live/live-record";
import { RecordPage } from "@/components/crm/record-page";
import { RelatedDeals } from "@/components/crm/related";
import { SubjectTasks } from "@/components/crm/subject-tasks";
import { Timeline } from "@/components/crm/timeline";
import { useEdit } from "@/components/crm/use-edit";
import { Badge } from "@/components/ui/badge";
import { CompanyMark, Person } from "@/components/ui/marks";
import { dateTime, money, number } from "@/lib/format";
import { SkeletonRows } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { create } from "@/lib/frame";
import { accountQuery } from "./queries";
import { Parents } from "./parents";
import { AccountTeam } from "./team";

const Files = loadable(() => import("@/components/crm/files/files").then((m) => m.Files));

const EnrichmentStrip = loadable(() => import("@/components/crm/enrichment/strip").then((m) => m.EnrichmentStrip));
const AccountPeople = loadable(() => import("./people").then((m) => m.AccountPeople));
const AccountPlans = loadable(() => import("./plan").then((m) => m.AccountPlans));
const Hierarchy = loadable(() => import("./hierarchy").then((m) => m.Hierarchy));

export const ACCOUNT_TABS = [
  "timeline",
  "details",
  "related",
  "hierarchy",
  "plan",
  "tasks",
  "files",
  "team",
  "history",
] as const;
export type AccountTab = (typeof ACCOUNT_TABS)[number];

/** What each field sends, and how it reads until the server answers. */
function useAccountFact(a: Account) {
  const save = useEdit<Account>("accounts");
  const currency = useMe().organisation.currency;
  const fields = useFields("account");
  return (key: keyof Account & string, label: string, kind: FieldKind, clearable = true) => ({
    label,
    field: key === "owner" || key === "parent" ? `${key}_id` : key,
    kind,
    currency,
    clearable,
    value: a[key] as FieldValue,
    link: <Origin object="account" record={a} field={key} />,
    hidden: fields.hides(key) || (key === "parent" && fields.hides("parent_id")),
    locked: a.may.update
      ? fields.locks(key === "parent" ? "parent_id" : key)
        ? FIELD_LOCKED
        : undefined
      : "You may only read this account",
    onSave: (value: FieldValue) => {
      const ref = key === "owner" || key === "parent";
      const body = ref ? { [`${key}_id`]: (value as Ref | null)?.id ?? null } : { [key]: value };
      save({ record: a, label, body, next: { [key]: value } });
    },
  });
}

export function AccountRecord({ id, tab }: { id: string; tab: AccountTab }) {
  const { record: a, gone } = useLiveRecord("account", useSuspenseQuery(accountQuery(id)));
  const navigate = useNavigate();
  const fact = useAccountFact(a);
  const save = useEdit<Account>("accounts");
  const maySell = useMay("opportunity", "create");
  const content: Record<AccountTab, () => ReactNode> = {
    timeline: () => <Timeline type="account" id={id} composer={<Composer type="account" id={id} />} />,
    details: () => (
      <div className="flex flex-col gap-6">
        <Details a={a} fact={fact} />
        <CustomFacts
          object="account"
          custom={a.custom}
          errors={a.formula_errors}
          locked={fact("name", "Name", "text").locked}
          onSave={(label, custom) =>
            save({ record: a, label, body: { custom }, next: { custom: { ...a.custom, ...custom } } })
          }
        />
      </div>
    ),
    related: () => (
      <div className="flex flex-col gap-4">
        <RelatedDeals filter={{ account_id: id }} />
        <AccountPeople accountId={id} fallback={<SkeletonRows rows={3} />} />
      </div>
    ),
    hierarchy: () => <Hierarchy id={id} fallback={<SkeletonRows rows={4} />} />,
    plan: () => <AccountPlans account={a} fallback={<SkeletonRows rows={4} />} />,
    tasks: () => <SubjectTasks subject={{ type: "account", id, name: a.name }} />,
    team: () => <AccountTeam account={a} />,
    files: () => <Files object="account" id={id} mayAdd={a.may.update} fallback={<SkeletonRows rows={4} />} />,
    history: () => <History type="account" id={id} />,
  };
  return (
    <RecordPage
      type="account"
      record={a}
      gone={gone}
      mark={<CompanyMark name={a.name} size={28} />}
      tabs={ACCOUNT_TABS}
      tab={tab}
      onTab={(next) =>
        void navigate({
          to: "/accounts/$id",
          params: { id },
          search: next === "timeline" ? {} : { tab: next },
          replace: true,
        })
      }
      banner={
        <>
          <Parents above={a.ancestors} />
          {a.may.update && <EnrichmentStrip object="account" record={a} />}
        </>
      }
      mayDelete={a.may.delete}
      onGone={() => void navigate({ to: "/accounts", search: {} })}
      onNewDeal={maySell ? () => create({ kind: "opportunity", account: { id, name: a.name } }) : null}
      facts={
        <div className="grid grid-cols-2 gap-x-6 gap-y-2 text-cell md:flex md:flex-wrap md:gap-x-8">
          <div className="flex flex-col">
            <span className="text-meta text-fg-3">Open pipeline</span>
            <span className="flex min-h-[26px] items-center font-medium text-fg tnum">
              {a.open_amount && <span className="mr-1.5">{money(a.open_amount)}</span>}
              <span className="font-normal text-fg-3">{number(a.open_opportunities)} open</span>
            </span>
          </div>
          <Fact {...fact("owner", "Owner", "user")} shown={<Person person={a.owner} />} />
          <Fact {...fact("website", "Website", "text")} shown={a.website} />
          <Fact {...fact("phone", "Phone", "text")} shown={a.phone} />
          <Fact {...fact("country", "Country", "text")} shown={a.country} />
          <Fact
            {...fact("employees", "Employees", "number")}
            shown={typeof a.employees === "number" ? number(a.employees) : ""}
          />
        </div>
      }
    >
      {content[tab]()}
    </RecordPage>
  );
}

function Details({ a, fact }: { a: Account; fact: ReturnType<typeof useAccountFact> }) {
  const options = {
    industry: useOptions("industry", a.industry_id),
    region: useOptions("region", a.region_id),
  };
  const choice = (kind: "industry" | "region") => ({
    choices: options[kind].map((o) => ({ value: o.id, label: o.name })),
    shown: options[kind].find((o) => o.id === a[`${kind}_id`])?.name ?? "",
  });
  return (
    <div className="grid gap-x-10 text-cell lg:grid-cols-2">
      <div>
        <Fact row {...fact("name", "Name", "text", false)} shown={a.name} />
        <Fact row {...fact("domain", "Domain", "text")} shown={a.domain} />
        <Fact row {...fact("parent", "Parent account", "account")} shown={a.parent?.name ?? ""} />
        <Fact row {...fact("industry_id", "Industry", "choice")} {...choice("industry")} />
        <Fact row {...fact("region_id", "Region", "choice")} {...choice("region")} />
        <Fact row {...fact("annual_revenue", "Annual revenue", "money")} shown={money(a.annual_revenue)} />
      </div>
      <div>
        <Fact row {...fact("founded_year", "Founded", "number")} shown={a.founded_year} />
        <Fact
          row
          {...fact("tags", "Tags", "tags")}
          shown={
            a.tags.length > 0
              ? a.tags.map((t) => (
                  <Badge key={t} className="mr-1">
                    {t}
                  </Badge>
                ))
              : ""
          }
        />
        <p className="grid min-h-[30px] grid-cols-[140px_1fr] items-center gap-2 text-fg-3">
          Changed <span className="text-fg">{dateTime(a.updated_at)}</span>
        </p>
      </div>
    </div>
  );
}
