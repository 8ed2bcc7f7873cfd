import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PenLine, Phone } from "lucide-react";
import { Suspense, type ReactNode } from "react";
import { useMay, useMe } from "@/api/shared";
import { Composer, composing } from "@/components/crm/composer";
import { LiveRecord, useLiveRecord } from "@/components/crm/live/live-record";
import { ProposalStrip } from "@/components/crm/proposal-strip";
import { Timeline } from "@/components/crm/timeline";
import { Button } from "@/components/ui/button";
import { SkeletonRows } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { GateForm } from "./gate";
import { NextStep } from "./next-step";
import { opportunityQuery } from "./queries";
import { Actions, Facts, MoveMenu } from "./record-head";
import { StagePath } from "./stage-path";
import { useMove } from "./use-move";
import { loadable } from "@/lib/loadable";
import { useVisit } from "@/lib/recent";

const PresenceRow = loadable(() => import("@/components/crm/presence-row").then((m) => m.PresenceRow));
const Files = loadable(() => import("@/components/crm/files/files").then((m) => m.Files));
const History = loadable(() => import("@/components/crm/history").then((m) => m.History));
const Attempts = loadable(() => import("@/features/lifecycle/log").then((m) => m.Log));
const RelatedRecords = loadable(() => import("@/components/crm/related").then((m) => m.RelatedRecords));
const SubjectTasks = loadable(() => import("@/components/crm/subject-tasks").then((m) => m.SubjectTasks));
const SlaChips = loadable(() => import("@/components/crm/sla-chips").then((m) => m.SlaChips));
const People = loadable(() => import("./people").then((m) => m.People));
const ApprovalBanner = loadable(() => import("@/features/approvals/banner").then((m) => m.ApprovalBanner));
const Archived = loadable(() => import("./archived").then((m) => m.Archived));
const Checklist = loadable(() => import("./checklist").then((m) => m.Checklist));
const Details = loadable(() => import("./details").then((m) => m.Details));

const WAIT = <SkeletonRows rows={4} />;

const TABS = ["timeline", "details", "people", "tasks", "files", "related", "history"] as const;
export type RecordTab = (typeof TABS)[number];
export const readTab = (value: unknown): RecordTab => TABS.find((t) => t === value) ?? "timeline";

export function OpportunityRecord({ id, tab }: { id: string; tab: RecordTab }) {
  const { record: o, gone } = useLiveRecord("opportunity", useSuspenseQuery(opportunityQuery(id)));
  useVisit(useMe().user.id, { type: "opportunity", id, name: o.name });
  const { move, moving, gate, putBack } = useMove();
  const mayLog = useMay("activity", "create");
  const content: Record<RecordTab, () => ReactNode> = {
    timeline: () => <Timeline type="opportunity" id={id} composer={<Composer type="opportunity" id={id} />} />,
    details: () => <Details o={o} fallback={WAIT} />,
    people: () => <People o={o} fallback={WAIT} />,
    tasks: () => <SubjectTasks subject={{ type: "opportunity", id, name: o.name }} fallback={WAIT} />,
    files: () => <Files object="opportunity" id={id} mayAdd={o.may.update} fallback={WAIT} />,
    related: () => <RelatedRecords accountId={o.account_id ?? null} except={id} fallback={WAIT} />,
    history: () => (
      <div className="flex flex-col gap-6">
        <History type="opportunity" id={id} fallback={WAIT} />
        <Attempts of="opportunities" id={id} />
      </div>
    ),
  };
  return (
    <LiveRecord type="opportunity" record={o} gone={gone}>
      <div className="flex flex-col gap-3 px-4 pt-4 md:px-5">
        <div className="flex items-start gap-3">
          <h1 className="min-w-0 flex-1 text-title break-words text-fg">{o.name}</h1>
          {!gone && <PresenceRow key={o.id} type="opportunity" id={o.id} />}
          <Actions o={o} onMove={(stage, extra, then) => move({ record: o, stage, extra, then })} />
        </div>
        {o.archived_at && <Archived o={o} />}
        <div className="order-1 md:order-none">
          <Facts o={o} />
        </div>
        <StagePath o={o} onMove={(stage) => move({ record: o, stage })} />
        {gate && (
          <div className="max-w-md overflow-hidden rounded-lg border border-dashed border-warn bg-surface px-3 pb-3 shadow-2">
            <Suspense>
              <GateForm
                gate={gate}
                busy={moving}
                onPutBack={putBack}
                onSave={(extra) => move({ record: o, stage: gate.stage, extra: { ...gate.said, ...extra } })}
              />
            </Suspense>
          </div>
        )}
        <div className="order-2 flex flex-col gap-2 md:order-none">
          <SlaChips type="opportunity" id={id} />
          <NextStep o={o} />
          <Checklist o={o} />
          <ApprovalBanner object="opportunity" id={id} mayAsk={o.may.update} />
          <ProposalStrip subjectId={id} />
        </div>
      </div>
      <TabRow label="Record" className="mt-3 h-10 shrink-0 border-b border-line px-2 md:px-3">
        {TABS.map((t) => (
          <Link
            key={t}
            to="/opportunities/$id"
            params={{ id }}
            search={t === "timeline" ? {} : { tab: t }}
            replace
            activeOptions={{ exact: true }}
            aria-current={t === tab ? "page" : undefined}
            className={tabClass(t === tab)}
          >
            {t[0]?.toUpperCase()}
            {t.slice(1)}
          </Link>
        ))}
      </TabRow>
      <div className="flex-1 px-4 py-3 md:px-5">
        <Suspense fallback={WAIT}>{content[tab]()}</Suspense>
      </div>
      <div
        data-print="hide"
        className="sticky bottom-0 flex gap-2 border-t border-line bg-bg p-3 empty:hidden md:hidden"
      >
        {mayLog && (
          <>
            <Button size="touch" className="flex-1" onClick={() => composing.set("call")}>
              <Phone /> Log
            </Button>
            <Button size="touch" className="flex-1" onClick={() => composing.set("note")}>
              <PenLine /> Note
            </Button>
          </>
        )}
        <MoveMenu o={o} size="touch" onMove={(stage) => move({ record: o, stage })} />
      </div>
    </LiveRecord>
  );
}
