import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Opportunity } from "@/api/types";
import { CompanyMark } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { Card } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { date, daysUntil, moneyRound, plural } from "@/lib/format";
import { slowQuery } from "./queries";

function DealRow({ o, children }: { o: Opportunity; children: ReactNode }) {
  return (
    <li className="border-b border-line last:border-0">
      <Link
        to="/opportunities/$id"
        params={{ id: o.id }}
        className="grid min-h-9 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-1.5 text-cell hover:bg-muted md:grid-cols-[minmax(0,1fr)_118px_200px_88px_88px]"
      >
        <span className="flex min-w-0 items-center gap-1.5">
          <CompanyMark name={o.account?.name ?? o.name} />
          <span className="truncate font-medium text-fg">{o.name}</span>
        </span>
        <span className="flex min-w-0 items-center gap-1.5 max-md:hidden">
          <StageRing kind={o.stage.kind} probability={o.stage.probability} />
          <span className="truncate">{o.stage.name}</span>
        </span>
        <span className="flex min-w-0 max-md:order-3 max-md:col-span-2 max-md:text-meta">{children}</span>
        <span className="text-right font-medium text-fg tnum">{moneyRound(o.amount)}</span>
        <span className="text-right text-fg-3 tnum max-md:hidden">{date(o.close_date)}</span>
      </Link>
    </li>
  );
}

const Note = ({ children }: { children: string }) => (
  <span className="truncate text-cell font-normal text-fg-3 max-md:hidden">{children}</span>
);

const Signal = (props: { glyph: ReactNode; className: string; title?: string; children: ReactNode }) => (
  <span
    title={props.title}
    className={cn("flex min-w-0 items-center gap-1 [&>svg]:size-3 [&>svg]:shrink-0", props.className)}
  >
    {props.glyph} <span className="truncate">{props.children}</span>
  </span>
);

function When({ o }: { o: Opportunity }) {
  const left = o.close_date ? daysUntil(o.close_date) : 0;
  if (left < 0) {
    return (
      <Signal glyph={<CircleAlert />} className="text-bad-text">
        {plural(-left, "day")} past its close date
      </Signal>
    );
  }
  if (!o.next_step) {
    return (
      <Signal glyph={<TriangleAlert />} className="text-warn-text">
        {left === 0 ? "Closes today" : `Closes in ${plural(left, "day")}`}, no next step
      </Signal>
    );
  }
  return <span className="truncate text-fg-3">{o.next_step}</span>;
}

export function Closing({ deals }: { deals: Opportunity[] }) {
  if (deals.length === 0) return null;
  return (
    <Card
      title={
        <>
          Closing soon <Note>by close date, the late ones first</Note>
        </>
      }
      aside={
        <Link
          to="/opportunities"
          search={{ stage_kind: "open", owner_id: "me", "close_date.lte": "+14d", sort: "close_date" }}
          className="text-meta text-accent-text hover:underline"
        >
          Open as list
        </Link>
      }
    >
      <ul>
        {deals.map((o) => (
          <DealRow key={o.id} o={o}>
            <When o={o} />
          </DealRow>
        ))}
      </ul>
    </Card>
  );
}

export function Slow() {
  const { data } = useSuspenseQuery(slowQuery());
  if (data.length === 0) return null;
  return (
    <Card
      title={
        <>
          At risk <Note>without activity for longer than won deals take</Note>
        </>
      }
      aside={
        <Link
          to="/opportunities"
          search={{ stage_kind: "open", owner_id: "me", sort: "stage_entered_at" }}
          className="text-meta text-accent-text hover:underline"
        >
          Open as list
        </Link>
      }
    >
      <ul>
        {data.map(({ opportunity: o, reason, days_idle, days_in_stage }) => (
          <DealRow key={o.id} o={o}>
            <Signal glyph={<TriangleAlert />} className="text-warn-text" title={reason}>
              {days_idle < days_in_stage
                ? `Quiet for ${plural(days_idle, "day")}`
                : `${plural(days_in_stage, "day")} in ${o.stage.name}`}
            </Signal>
          </DealRow>
        ))}
      </ul>
    </Card>
  );
}
