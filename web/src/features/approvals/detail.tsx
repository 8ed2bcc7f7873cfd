import { useSuspenseQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import type { Approval, ApprovalWhole } from "@/api/types";
import { RecordLink } from "@/components/crm/record-link";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/states";
import { ago } from "@/lib/format";
import { Acts } from "./acts";
import { Changes } from "./changes";
import { DecideBar } from "./decide-bar";
import { Levels } from "./level-list";
import { approvalQuery } from "./queries";
import { Say } from "./say";
import { Trail } from "./trail";
import { useDecide } from "./use-decide";
import { STATUS } from "./words";

const RECORDS = ["opportunity", "account", "contact", "lead"] as const;
const ABOUT: Record<Approval["subject"]["type"], string> = {
  opportunity: "Deal",
  lead: "Conversion of the lead",
  proposal: "Proposal of the assistant for",
};

/** One request: what is approved, who is asked, what happened, and what one may do. */
export function ApprovalDetail({ id }: { id: string }) {
  const whole = useSuspenseQuery(approvalQuery(id)).data;
  const { one } = useDecide();
  const status = STATUS[whole.status];
  const record = RECORDS.find((type) => type === whole.subject.record_type);
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title break-words text-fg">{whole.definition.name}</h1>
          <p className="flex flex-wrap items-center gap-x-1.5 text-cell text-fg-2">
            {ABOUT[whole.subject.type]}
            {record ? (
              <RecordLink object={record} id={whole.subject.record_id} name={whole.subject.name} />
            ) : (
              whole.subject.name
            )}
          </p>
          <p className="text-meta text-fg-3">
            asked by {whole.requested_by.name}, {ago(whole.created_at)}
          </p>
        </div>
        <Badge kind={status.kind}>{status.label}</Badge>
      </header>
      {whole.reason && <p className="text-body break-words whitespace-pre-line text-fg">{whole.reason}</p>}
      <What whole={whole} />
      {whole.may.decide && (
        <Card title="Your decision">
          <div className="flex flex-col gap-2 px-4 py-3">
            {whole.may.stands_in_for.length > 0 && (
              <p className="text-cell text-fg-2">
                You decide for {whole.may.stands_in_for.map((p) => p.name).join(", ")}.
              </p>
            )}
            <DecideBar busy={one.isPending} onSay={(word) => one.mutate({ approval: whole, ...word })} />
          </div>
        </Card>
      )}
      <Acts approval={whole} />
      <Levels levels={whole.levels} />
      <Card title="Trail">
        <Trail entries={whole.entries} />
        <Say approval={whole} />
      </Card>
    </div>
  );
}

function What({ whole }: { whole: ApprovalWhole }) {
  if (whole.changes.length === 0) return null;
  const locked = whole.status === "pending" && whole.subject.type !== "proposal";
  return (
    <Card title="What is approved">
      <div className="flex flex-col gap-2 px-4 py-3">
        <Changes changes={whole.changes} />
        {locked && (
          <p className="flex items-center gap-1.5 text-meta text-fg-3">
            <Lock className="size-3.5 shrink-0" aria-hidden /> These fields are locked until this is decided or
            recalled.
          </p>
        )}
      </div>
    </Card>
  );
}
