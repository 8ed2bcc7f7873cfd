import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Opportunity } from "@/api/types";
import { CompanyMark } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { Card } from "@/components/ui/states";
import { date, daysSince, daysUntil, money, plural } from "@/lib/format";
import { slowQuery } from "./queries";

function DealRow({ o, children }: { o: Opportunity; children: ReactNode }) {
  return (
    <li className="border-b border-line last:border-0">
      <Link
        to="/opportunities/$id"
        params={{ id: o.id }}
        className="grid min-h-9 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-1.5 text-cell hover:bg-muted md:grid-cols-[minmax(0,1fr)_130px_180px_96px_64px]"
      >
        <span className="flex min-w-0 items-center gap-1.5">
          <CompanyMark name={o.account?.name ?? o.name} />
          <span className="truncate font-medium text-fg">{o.name}</span>
        </span>
        <span className="flex min-w-0 items-center gap-1.5 max-md:hidden">
          <StageRing kind={o.stage.kind} probability={o.stage.probability} />
          <span className="truncate">{o.stage.name}</span>
        </span>
        <span className="truncate max-md:order-3 max-md:col-span-2 max-md:text-meta">{children}</span>
        <span className="text-right font-medium text-fg tnum">{money(o.amount)}</span>
        <span className="text-right text-fg-3 tnum max-md:hidden">{date(o.close_date)}</span>
      </Link>
    </li>
  );
}

function When({ o }: { o: Opportunity }) {
  const left = o.close_date ? daysUntil(o.close_date) : 0;
  if (left < 0) {
    return (
      <span className="inline-flex items-center gap-1 text-bad-text">
        <CircleAlert className="size-3" aria-hidden /> {plural(-left, "day")} past its close date
      </span>
    );
  }
  if (!o.next_step) {
    return (
      <span className="inline-flex items-center gap-1 text-warn-text">
        <TriangleAlert className="size-3" aria-hidden />{" "}
        {left === 0 ? "Closes today" : `Closes in ${plural(left, "day")}`}, no next step
      </span>
    );
  }
  return <span className="text-fg-3">{o.next_step}</span>;
}

export function Closing({ deals }: { deals: Opportunity[] }) {
  if (deals.length === 0) return null;
  return (
    <Card
      title={
        <>
          Closing soon <span className="text-cell font-normal text-fg-3">by close date, the late ones first</span>
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
          At risk <span className="text-cell font-normal text-fg-3">over 21 days in one stage</span>
        </>
      }
      aside={
        <Link
          to="/opportunities"
          search={{ stage_kind: "open", owner_id: "me", "stage_entered_at.lte": "-21d", sort: "stage_entered_at" }}
          className="text-meta text-accent-text hover:underline"
        >
          Open as list
        </Link>
      }
    >
      <ul>
        {data.map((o) => (
          <DealRow key={o.id} o={o}>
            <span className="inline-flex items-center gap-1 text-warn-text">
              <TriangleAlert className="size-3" aria-hidden /> {plural(daysSince(o.stage_entered_at), "day")} in{" "}
              {o.stage.name}
            </span>
          </DealRow>
        ))}
      </ul>
    </Card>
  );
}
