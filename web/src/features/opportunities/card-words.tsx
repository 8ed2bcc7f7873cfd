import { Link } from "@tanstack/react-router";
import { Calendar, CircleAlert, TriangleAlert } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { ForecastCategory, Opportunity } from "@/api/types";
import { PendingBadge } from "@/components/crm/pending-badge";
import { usePendingProposals } from "@/components/crm/pending-proposals";
import { freshOf, useMarks } from "@/components/crm/live/marks";
import { moves } from "@/components/crm/opportunity-cache";
import { PersonMark } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import { ago, date, moneyRound } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import type { CardFields } from "./card-fields";
import { warning } from "./stage-kind";

/** What the forecast counts on; of other deals a card says nothing. */
const SURE: Partial<Record<ForecastCategory, string>> = { best_case: "Best case", commit: "Commit" };

const CardLines = loadable(() => import("./card-lines").then((m) => m.CardLines));

interface Props {
  o: Opportunity;
  fields: CardFields;
  link?: (node: HTMLElement | null) => void;
  /** What can be done with it, at its end. */
  menu?: ReactNode;
}

/** What a card says. */
export const CardWords = memo(function CardWords({ o, fields, link, menu }: Props) {
  const title = o.account?.name ?? o.name;
  return (
    <>
      <span className="flex items-baseline gap-2 text-cell">
        {link ? (
          <Link
            ref={link}
            to="/opportunities/$id"
            params={{ id: o.id }}
            draggable={false}
            aria-roledescription="draggable card"
            className="min-w-0 flex-1 truncate font-medium text-fg outline-none after:absolute after:inset-0 after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {title}
          </Link>
        ) : (
          <span className="min-w-0 flex-1 truncate font-medium text-fg">{title}</span>
        )}
        <span className="font-medium text-fg tnum">{moneyRound(o.amount)}</span>
      </span>
      {o.account && <span className="truncate text-meta text-fg-3">{o.name}</span>}
      {fields.placed.has("next_step") && o.next_step && (
        <span className="truncate text-cell text-fg-2">{o.next_step}</span>
      )}
      {fields.lines.length > 0 && (
        <CardLines o={o} ids={fields.lines} fallback={<span style={{ height: 18 * fields.lines.length }} />} />
      )}
      <span className="mt-0.5 flex min-h-5 items-center gap-1.5 text-meta text-fg-3">
        {fields.placed.has("owner") && (
          <>
            <PersonMark id={o.owner.id} name={o.owner.name} />
            <span className="sr-only">{o.owner.name}</span>
          </>
        )}
        <PendingBadge count={usePendingProposals(o.id)} />
        {fields.placed.has("forecast_category") && SURE[o.forecast_category] && (
          <span className="shrink-0">{SURE[o.forecast_category]}</span>
        )}
        <span className="ml-auto min-w-0 truncate tnum">
          <End o={o} closes={fields.placed.has("close_date")} />
        </span>
        {menu}
      </span>
    </>
  );
});

/** Who moved it just now, the one warning that matters, or when it closes. */
function End({ o, closes }: { o: Opportunity; closes: boolean }) {
  const moved = moves.useOf((all) => all[o.id]);
  const news = freshOf(useMarks(o.id));
  const found = warning(o);
  if (news && !moved) return <span className="text-fg-2">{news.who.name.split(" ")[0]}, just now</span>;
  if (moved)
    return (
      <span className="text-accent-text">
        {moved.name.split(" ")[0]} moved it, {ago(moved.at)}
      </span>
    );
  if (found) {
    const Icon = found.late ? CircleAlert : TriangleAlert;
    return (
      <span className={cn("inline-flex items-center gap-1", found.late ? "text-bad-text" : "text-warn-text")}>
        <Icon className="size-3" aria-hidden /> {found.text}
      </span>
    );
  }
  if (!closes || !o.close_date) return null;
  return (
    <span className="inline-flex items-center gap-1">
      <Calendar className="size-3" aria-hidden /> {date(o.close_date)}
    </span>
  );
}
