import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { History as Glyph } from "lucide-react";
import { useMay } from "@/api/shared";
import type { SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Diff } from "@/components/ui/diff";
import { Empty } from "@/components/ui/states";
import { dateTime } from "@/lib/format";
import { words } from "./event-words";
import { after, before } from "./show-value";
import { NO_FILTER, timelineQuery } from "./timeline-query";
import { useUndo } from "./use-undo";

/** All but what was logged. */
const CHANGES = { ...NO_FILTER, kinds: ["task", "stage", "assignment", "change", "file", "approval", "agent"] };

/** Every change, who made it, when, from what to what, and the way back. */
export function History({ type, id }: { type: SubjectType; id: string }) {
  const query = useSuspenseInfiniteQuery(timelineQuery(type, id, CHANGES));
  const undo = useUndo();
  const mayUndo = useMay(type, "update");
  // What is pinned comes first, and stands here where it happened.
  const events = query.data.pages.flatMap((p) => p.items).sort((a, b) => b.at.localeCompare(a.at));
  if (events.length === 0) {
    return (
      <Empty icon={Glyph} title="No changes yet">
        Each change is kept here with who made it, and can be undone.
      </Empty>
    );
  }
  return (
    <div className="scroll-thin overflow-x-auto">
      <table className="w-full min-w-[560px] text-cell">
        <thead>
          <tr className="h-8 border-b border-line text-left text-meta font-medium text-fg-3">
            <th className="pr-2 font-medium">When</th>
            <th className="px-2 font-medium">Who</th>
            <th className="px-2 font-medium">What</th>
            <th className="px-2 font-medium">From and to</th>
            <th className="pl-2 font-medium">
              <span className="sr-only">Undo</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id} className="border-b border-line align-top">
              <td className="py-2 pr-2 whitespace-nowrap text-fg-3 tnum">{dateTime(event.at)}</td>
              <td className="px-2 py-2 text-fg">
                {event.actor.name}
                {event.actor.for && <span className="text-fg-3"> for {event.actor.for.name}</span>}
              </td>
              <td className="px-2 py-2">
                {words(event).verb} <span className="text-fg">{words(event).object}</span>
              </td>
              <td className="px-2 py-1.5">
                <ul className="flex flex-col gap-1">
                  {event.changes.map((c) => (
                    <li key={c.field} className="flex flex-wrap items-center gap-x-2 gap-y-1">
                      {event.changes.length > 1 && <span className="w-24 text-meta text-fg-3">{c.label}</span>}
                      <Diff before={before(c)} after={after(c)} />
                    </li>
                  ))}
                </ul>
              </td>
              <td className="py-1.5 pl-2 text-right">
                {event.undone ? (
                  <span className="text-meta text-fg-3">undone</span>
                ) : (
                  mayUndo &&
                  event.undoable && (
                    <Button size="row" onClick={() => void undo(event.id)}>
                      Undo
                    </Button>
                  )
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {query.hasNextPage && (
        <Button
          className="mt-3"
          busy={query.isFetchingNextPage && "Loading"}
          onClick={() => void query.fetchNextPage()}
        >
          Show earlier
        </Button>
      )}
    </div>
  );
}
