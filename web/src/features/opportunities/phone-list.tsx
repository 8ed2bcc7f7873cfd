import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { TriangleAlert } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import type { Opportunity, Totals } from "@/api/types";
import { PendingBadge } from "@/components/crm/pending-badge";
import { usePendingProposals } from "@/components/crm/pending-proposals";
import { PersonMark } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { date, money } from "@/lib/format";
import { warning } from "./stage-kind";
import { countWords } from "./sum";

interface Props {
  rows: Opportunity[];
  totals: Totals | undefined;
  sort: string | undefined;
  hasMore: boolean;
  onMore: () => void;
  empty: ReactNode;
}

/** A row is two lines: name and amount; owner, and the next step or its warning, and the date. */
export function PhoneList({ rows, totals, hasMore, onMore, empty }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 68,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last > rows.length - 20) onMore();
  }, [hasMore, last, rows.length, onMore]);
  return (
    <>
      <p className="flex h-9 shrink-0 items-center gap-2 border-b border-line px-4 text-meta text-fg-3 tnum">
        {totals && `${countWords(totals)} ${totals.count === 1 ? "opportunity" : "opportunities"}`}
        <span className="font-medium text-fg">{money(totals?.amount)}</span>
      </p>
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
        {rows.length === 0 && empty}
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const o = rows[item.index];
            return (
              o && (
                <li
                  key={o.id}
                  className="absolute inset-x-0 top-0 h-[68px] border-b border-line"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <PhoneRow o={o} />
                </li>
              )
            );
          })}
        </ul>
      </div>
    </>
  );
}

function PhoneRow({ o }: { o: Opportunity }) {
  const found = warning(o);
  const pending = usePendingProposals(o.id);
  return (
    <Link
      to="/opportunities/$id"
      params={{ id: o.id }}
      className="flex h-full flex-col justify-center gap-1 px-4 active:bg-muted"
    >
      <span className="flex items-baseline gap-2 text-body">
        <span className="min-w-0 flex-1 truncate font-medium text-fg">{o.name}</span>
        <span className="font-medium text-fg tnum">{money(o.amount)}</span>
      </span>
      <span className="flex items-center gap-1.5 text-meta text-fg-3">
        <PersonMark id={o.owner.id} name={o.owner.name} />
        {pending > 0 ? (
          <PendingBadge count={pending} words />
        ) : found ? (
          <span
            className={
              found.late
                ? "inline-flex items-center gap-1 text-bad-text"
                : "inline-flex items-center gap-1 text-warn-text"
            }
          >
            <TriangleAlert className="size-3" aria-hidden /> {found.text}
          </span>
        ) : (
          <span className="inline-flex min-w-0 items-center gap-1.5">
            <StageRing kind={o.stage.kind} probability={o.stage.probability} size={12} />
            <span className="truncate">{o.next_step ?? o.stage.name}</span>
          </span>
        )}
        <span className="ml-auto shrink-0 tnum">{date(o.close_date)}</span>
      </span>
    </Link>
  );
}
