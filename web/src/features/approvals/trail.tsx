import type { ApprovalEntry } from "@/api/types";
import { dateTime } from "@/lib/format";
import { entryWords } from "./words";

/** All that happened to a request, the oldest first. */
export function Trail({ entries }: { entries: ApprovalEntry[] }) {
  return (
    <ol aria-label="Trail" className="flex flex-col">
      {entries.map((entry) => (
        <li key={entry.id} className="flex flex-col gap-1 border-b border-line px-4 py-2 text-cell">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="min-w-0 flex-1 basis-48 break-words text-fg">{entryWords(entry)}</span>
            <time dateTime={entry.at} className="text-meta text-fg-3 tnum">
              {dateTime(entry.at)}
            </time>
          </p>
          {entry.text && <p className="break-words whitespace-pre-line text-fg-2">{entry.text}</p>}
        </li>
      ))}
    </ol>
  );
}
