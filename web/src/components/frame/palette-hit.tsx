/** One record that the palette found. */
import { CalendarClock, Paperclip } from "lucide-react";
import type { SearchHit, StageKind } from "@/api/types";
import { CompanyMark, PersonMark } from "@/components/ui/marks";
import { StageRing } from "@/components/ui/stage-ring";
import { date, money } from "@/lib/format";

/** The words that were typed, underlined where they occur. */
function Marked({ text, q }: { text: string; q: string }) {
  const at = q ? text.toLowerCase().indexOf(q.toLowerCase()) : -1;
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + q.length)}</mark>
      {text.slice(at + q.length)}
    </>
  );
}

/** The schema says string: won, lost and open are what there is. */
const kindOf = (hit: SearchHit): StageKind =>
  hit.stage_kind === "won" || hit.stage_kind === "lost" ? hit.stage_kind : "open";

function HitMark({ hit }: { hit: SearchHit }) {
  if (hit.type === "account") return <CompanyMark name={hit.title} size={18} />;
  if (hit.type === "contact" || hit.type === "lead") return <PersonMark id={hit.id} name={hit.title} />;
  if (hit.type === "activity") return <CalendarClock className="size-4 text-fg-3" aria-hidden />;
  if (hit.type === "file") return <Paperclip aria-hidden />;
  return <StageRing kind={kindOf(hit)} probability={hit.probability ?? 0} size={16} />;
}

const facts = (hit: SearchHit): string =>
  [
    hit.type === "lead" ? "Lead" : hit.type === "file" ? "File" : "",
    money(hit.amount),
    hit.type === "activity"
      ? date(hit.close_date)
      : hit.close_date
        ? `${kindOf(hit) === "open" ? "closes" : kindOf(hit)} ${date(hit.close_date)}`
        : "",
  ]
    .filter(Boolean)
    .join(" · ");

const NOUN: Record<string, string> = {
  opportunity: "Opportunity",
  account: "Account",
  contact: "Contact",
  lead: "Lead",
  activity: "Activity",
  file: "File",
};

export function Hit({ hit, q }: { hit: SearchHit; q: string }) {
  return (
    <>
      <HitMark hit={hit} />
      <span className="truncate font-medium">
        <Marked text={hit.title} q={q} />
      </span>
      <span className="min-w-0 shrink-[4] truncate text-fg-3">{hit.subtitle ?? NOUN[hit.type]}</span>
      <span className="ml-auto shrink-0 text-meta text-fg-3 tnum">{facts(hit)}</span>
    </>
  );
}
