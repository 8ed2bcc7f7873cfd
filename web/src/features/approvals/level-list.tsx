import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import type { ApprovalLevelView } from "@/api/types";
import { PersonMark } from "@/components/ui/marks";
import { Card } from "@/components/ui/states";
import { ago, dateTime } from "@/lib/format";
import { LEVEL, needsWords } from "./words";

/** Who is asked, level by level, and what they said. */
export function Levels({ levels }: { levels: ApprovalLevelView[] }) {
  return (
    <Card title="Who is asked">
      <ol className="flex flex-col">
        {levels.map((level, i) => (
          <li
            key={`${i} ${level.name}`}
            className="flex flex-col gap-1.5 border-b border-line px-4 py-3 text-cell last:border-b-0"
          >
            <p className="flex flex-wrap items-center gap-x-2">
              <span className="font-medium text-fg">{level.name}</span>
              <span className="text-fg-3">{LEVEL[level.status]}</span>
              {level.seats.length > 0 && (
                <span className="text-meta text-fg-3">· {needsWords(level.needs, level.seats.length)}</span>
              )}
              {level.due_at && <span className="text-meta text-fg-3">· escalated {dateTime(level.due_at)}</span>}
            </p>
            <ul className="flex flex-col gap-1">
              {level.seats.map((seat) => (
                <Seat key={seat.person.id} seat={seat} />
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Seat({ seat }: { seat: ApprovalLevelView["seats"][number] }) {
  const by = seat.decided_by && seat.decided_by.id !== seat.person.id ? ` by ${seat.decided_by.name}` : "";
  return (
    <li className="flex flex-wrap items-center gap-1.5 text-fg-2">
      {seat.verdict === "approve" ? (
        <CircleCheck className="size-4 text-ok-text" aria-label="Approved" />
      ) : seat.verdict === "reject" ? (
        <CircleX className="size-4 text-bad-text" aria-label="Rejected" />
      ) : (
        <CircleDashed className="size-4 text-fg-3" aria-label="Has not decided" />
      )}
      <PersonMark id={seat.person.id} name={seat.person.name} size={16} />
      <span className="text-fg">{seat.person.name}</span>
      {seat.from && <span className="text-meta text-fg-3">passed on by {seat.from.name}</span>}
      {seat.escalated && <span className="text-meta text-fg-3">decides alone, since nobody did in time</span>}
      {seat.decided_at && (
        <span className="text-meta text-fg-3">
          {seat.verdict === "approve" ? "approved" : "rejected"}
          {by} {ago(seat.decided_at)}
        </span>
      )}
    </li>
  );
}
