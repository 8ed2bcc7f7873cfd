import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowRightLeft } from "lucide-react";
import { Suspense, useState, type ReactNode } from "react";
import { Composer } from "@/components/crm/composer";
import { Fact } from "@/components/crm/fact";
import { History } from "@/components/crm/history";
import { useLiveRecord } from "@/components/crm/live/live-record";
import { RecordPage } from "@/components/crm/record-page";
import { SubjectTasks } from "@/components/crm/subject-tasks";
import { Timeline } from "@/components/crm/timeline";
import { Button } from "@/components/ui/button";
import { Person, PersonMark } from "@/components/ui/marks";
import { SkeletonRows } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { useAssign } from "./assign";
import { ConvertedBanner } from "./converted";
import { LeadDetails, LeadOption, useLeadFact } from "./facts";
import { leadQuery } from "./queries";

const ApprovalBanner = loadable(() => import("@/features/approvals/banner").then((m) => m.ApprovalBanner));
const ConvertDialog = loadable(() => import("./convert").then((m) => m.ConvertDialog));

const EnrichmentStrip = loadable(() => import("@/components/crm/enrichment/strip").then((m) => m.EnrichmentStrip));
const Score = loadable(() => import("./score").then((m) => m.Score));
const SlaChips = loadable(() => import("@/components/crm/sla-chips").then((m) => m.SlaChips));
const Files = loadable(() => import("@/components/crm/files/files").then((m) => m.Files));

export const LEAD_TABS = ["timeline", "details", "tasks", "files", "history"] as const;
export type LeadTab = (typeof LEAD_TABS)[number];

export function LeadRecord({ id, tab }: { id: string; tab: LeadTab }) {
  const { record: l, gone } = useLiveRecord("lead", useSuspenseQuery(leadQuery(id)));
  const navigate = useNavigate();
  const fact = useLeadFact(l);
  const assign = useAssign(l);
  const [converting, setConverting] = useState(false);
  const content: Record<LeadTab, () => ReactNode> = {
    timeline: () => <Timeline type="lead" id={id} composer={<Composer type="lead" id={id} />} />,
    details: () => <LeadDetails l={l} />,
    tasks: () => <SubjectTasks subject={{ type: "lead", id, name: l.name }} />,
    files: () => <Files object="lead" id={id} mayAdd={l.may.update} fallback={<SkeletonRows rows={4} />} />,
    history: () => <History type="lead" id={id} />,
  };
  return (
    <RecordPage
      type="lead"
      record={l}
      gone={gone}
      mark={<PersonMark id={l.id} name={l.name} size={28} />}
      tabs={LEAD_TABS}
      tab={tab}
      onTab={(next) =>
        void navigate({
          to: "/leads/$id",
          params: { id },
          search: next === "timeline" ? {} : { tab: next },
          replace: true,
        })
      }
      email={l.email}
      mayDelete={l.may.delete}
      mayMerge={!l.converted}
      onGone={() => void navigate({ to: "/leads", search: {} })}
      onNewDeal={null}
      entries={assign.entries}
      action={
        l.may.update &&
        !l.converted && (
          <>
            {assign.button}
            <Button variant="primary" onClick={() => setConverting(true)}>
              <ArrowRightLeft /> Convert
            </Button>
          </>
        )
      }
      banner={
        <>
          {l.converted ? (
            <ConvertedBanner lead={l} converted={l.converted} />
          ) : (
            <ApprovalBanner object="lead" id={l.id} mayAsk={l.may.update} />
          )}
          <SlaChips type="lead" id={id} />
          <span className="flex flex-wrap items-center gap-2">
            <Score lead={l} />
            {l.may.update && !l.converted && <EnrichmentStrip object="lead" record={l} />}
          </span>
        </>
      }
      facts={
        <div className="grid grid-cols-2 gap-x-6 gap-y-2 text-cell md:flex md:flex-wrap md:gap-x-8">
          <LeadOption l={l} name="status_id" label="Status" kind="lead_status" />
          <Fact {...fact("company", "Company", "text")} shown={l.company} />
          <Fact {...fact("title", "Title", "text")} shown={l.title} />
          <Fact {...fact("email", "E-mail", "text")} shown={l.email} />
          <Fact {...fact("phone", "Phone", "text")} shown={l.phone} />
          <Fact {...fact("owner", "Owner", "user")} shown={<Person person={l.owner} />} />
        </div>
      }
    >
      {content[tab]()}
      {converting && (
        <Suspense>
          <ConvertDialog lead={l} onClose={() => setConverting(false)} />
        </Suspense>
      )}
    </RecordPage>
  );
}
