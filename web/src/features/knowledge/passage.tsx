/** A passage that was found: where it comes from, its words, and by what it was found. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Passage } from "@/api/types";
import { PAGES } from "@/components/crm/record-link";
import { Badge } from "@/components/ui/badge";
import { date } from "@/lib/format";

const KIND: Record<Passage["kind"], string> = {
  opportunity: "Deal",
  outcome: "Outcome of a deal",
  account: "Account",
  contact: "Contact",
  lead: "Lead",
  activity: "Activity",
  file: "File",
  playbook: "Playbook",
  email_template: "E-mail template",
  script: "Script",
};

const LINK = "font-medium text-fg underline-offset-2 hover:underline";

function Source({ citation }: { citation: Passage["citation"] }) {
  const { type, id, label, on } = citation;
  if (type === "material")
    return (
      <Link to="/admin/materials/$id" params={{ id }} className={LINK}>
        {label}
      </Link>
    );
  if (type !== "activity" && type !== "file")
    return (
      <Link to={PAGES[type]} params={{ id }} className={LINK}>
        {label}
      </Link>
    );
  // On the page of its record, if the reader sees that.
  if (!on || !(on.type in PAGES)) return <span className="font-medium text-fg">{label}</span>;
  const page = PAGES[on.type as keyof typeof PAGES];
  return (
    <Link to={page} params={{ id: on.id }} search={type === "file" ? { tab: "files" } : {}} className={LINK}>
      {label} <span className="font-normal text-fg-3">on {on.label}</span>
    </Link>
  );
}

/** The headings behind the name, which the link says already. */
const below = (passage: Passage): string => {
  const parts = passage.heading.split(" › ");
  return parts.slice(1).join(" › ");
};

export function PassageCard({ passage, place }: { passage: Passage; place: number }) {
  const heading = below(passage);
  const marked: ReactNode[] = passage.parts.map((part, n) =>
    part.hit ? <mark key={n}>{part.text}</mark> : <span key={n}>{part.text}</span>,
  );
  return (
    <li className="flex flex-col gap-1 border-b border-line py-3 text-cell last:border-0">
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        <span className="text-meta text-fg-3 tnum" aria-hidden>
          {place}
        </span>
        <Source citation={passage.citation} />
        <Badge>{KIND[passage.kind]}</Badge>
        <span className="ml-auto text-meta text-fg-3 tnum">{date(passage.dated.slice(0, 10))}</span>
      </div>
      {heading && <p className="text-meta text-fg-2">{heading}</p>}
      <p className="line-clamp-6 break-words whitespace-pre-line text-fg-2">{marked}</p>
      <p className="text-meta text-fg-3">
        Found by {passage.matched.map((by) => (by === "words" ? "its words" : "its meaning")).join(" and ")}
      </p>
    </li>
  );
}
