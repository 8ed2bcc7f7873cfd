import { useInfiniteQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Stamp } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/shared";
import { countWords, pendingQuery } from "@/components/crm/proposal-query";
import { Button } from "@/components/ui/button";
import { AgentMark } from "@/components/ui/marks";
import { Empty } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import type { Approval } from "@/api/types";
import { plural } from "@/lib/format";
import { DecideBar } from "./decide-bar";
import { approvalsQuery, TABS, type Tab } from "./queries";
import { Row } from "./row";
import { useDecide } from "./use-decide";

const LABELS: Record<Tab, string> = { waiting: "Waiting for me", mine: "Mine", history: "History" };
const EMPTY: Record<Tab, [string, string]> = {
  waiting: ["Nothing waits for you", "What others want approved waits here."],
  mine: ["You have asked for nothing", "A deal says on its page what it can be asked for."],
  history: ["Nothing has been decided yet", "What was approved, rejected or recalled stays here."],
};

export function Approvals({ tab }: { tab: Tab }) {
  return (
    <div className="flex flex-1 flex-col">
      <TabRow label="Views" className="h-11 shrink-0 border-b border-line px-2 md:px-3">
        {TABS.map((t) => (
          <Link
            key={t}
            to="/approvals"
            search={t === "waiting" ? {} : { tab: t }}
            activeOptions={{ exact: true }}
            aria-current={t === tab ? "page" : undefined}
            className={tabClass(t === tab)}
          >
            {LABELS[t]}
          </Link>
        ))}
      </TabRow>
      <Listed key={tab} tab={tab} />
    </div>
  );
}

function Listed({ tab }: { tab: Tab }) {
  const requests = useSuspenseInfiniteQuery(approvalsQuery(tab));
  const agents = useMay("agent", "use");
  const approvals = requests.data.pages.flatMap((page) => page.items);
  const [title, text] = EMPTY[tab];
  if (approvals.length === 0 && !requests.hasNextPage) {
    return (
      <>
        <div className="px-4 pt-4 empty:hidden md:px-5">{agents && tab === "waiting" && <Proposed />}</div>
        <Empty icon={Stamp} title={title}>
          {text}
        </Empty>
      </>
    );
  }
  return (
    <div className="flex w-full max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      {agents && tab === "waiting" && <Proposed />}
      {approvals.length > 0 && <Requests tab={tab} approvals={approvals} />}
      {requests.hasNextPage && (
        <Button
          className="self-start"
          busy={requests.isFetchingNextPage && "Loading"}
          onClick={() => void requests.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}

function Requests({ tab, approvals }: { tab: Tab; approvals: Approval[] }) {
  const [ticked, setTicked] = useState<string[]>([]);
  const { many } = useDecide();
  const chosen = approvals.filter((a) => ticked.includes(a.id) && a.may.decide);
  const several = tab === "waiting" && approvals.length > 1;
  return (
    <section aria-label="Requests" className="flex flex-col gap-3">
      {chosen.length > 0 && (
        <div className="flex flex-col gap-2 rounded-lg border border-line-strong bg-surface p-3 text-cell">
          <p className="text-fg-2">{plural(chosen.length, "request")} chosen</p>
          <DecideBar
            label={` ${chosen.length}`}
            busy={many.isPending}
            onSay={(word) => many.mutate({ approvals: chosen, ...word }, { onSuccess: () => setTicked([]) })}
          />
        </div>
      )}
      <ul className="flex flex-col">
        {approvals.map((a) => (
          <Row
            key={a.id}
            approval={a}
            {...(several && a.may.decide
              ? {
                  ticked: ticked.includes(a.id),
                  onTick: (on: boolean) => setTicked(on ? [...ticked, a.id] : ticked.filter((id) => id !== a.id)),
                }
              : {})}
          />
        ))}
      </ul>
    </section>
  );
}

/** What one person decides on alone has a page of its own. */
function Proposed() {
  const count = useInfiniteQuery({ ...pendingQuery(), select: countWords }).data ?? "0";
  if (count === "0") return null;
  return (
    <p className="flex w-full max-w-3xl items-center gap-2 rounded-lg border border-dashed border-line-control px-3 py-2 text-cell text-fg-2">
      <AgentMark />
      <span className="min-w-0 flex-1">
        {count} {count === "1" ? "proposal" : "proposals"} of the assistant {count === "1" ? "waits" : "wait"} for a
        person
      </span>
      <Link to="/proposals" className="text-accent-text hover:underline">
        Review
      </Link>
    </p>
  );
}
