import { useInfiniteQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Stamp } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/shared";
import { ProposalCard } from "@/components/crm/proposal-card";
import { allOf } from "@/components/crm/proposal-query";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { Empty } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import type { Approval, Proposal } from "@/api/types";
import { ago, plural } from "@/lib/format";
import { DecideBar } from "./decide-bar";
import { approvalsQuery, singleQuery, TABS, type Tab } from "./queries";
import { Row } from "./row";
import { useDecide } from "./use-decide";

const LABELS: Record<Tab, string> = { waiting: "Waiting for me", mine: "Mine", history: "History" };
const EMPTY: Record<Tab, [string, string]> = {
  waiting: ["Nothing waits for you", "What others want approved, and what an agent wants to change, waits here."],
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
  const single = useInfiniteQuery({ ...singleQuery(tab === "history"), enabled: agents && tab !== "mine" });
  const approvals = requests.data.pages.flatMap((page) => page.items);
  // What takes more than one yes stands among the requests.
  const proposals = (tab === "mine" || !single.data ? [] : allOf(single.data)).filter(
    (p) => !p.approval_id && (tab === "waiting" || p.status !== "pending"),
  );
  const [title, text] = EMPTY[tab];
  const more = requests.hasNextPage || single.hasNextPage;
  if (approvals.length + proposals.length === 0 && !more) {
    return (
      <Empty icon={Stamp} title={title}>
        {text}
      </Empty>
    );
  }
  return (
    <div className="flex w-full max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      {approvals.length > 0 && <Requests tab={tab} approvals={approvals} />}
      {proposals.length > 0 && (
        <section aria-label="Proposals of the assistant" className="flex flex-col gap-3">
          <h2 className="text-section text-fg">Proposals of the assistant</h2>
          <ul className="flex flex-col gap-4">
            {proposals.map((p) => (
              <Single key={p.id} proposal={p} />
            ))}
          </ul>
        </section>
      )}
      {more && (
        <Button
          className="self-start"
          busy={(requests.isFetchingNextPage || single.isFetchingNextPage) && "Loading"}
          onClick={() => {
            if (requests.hasNextPage) void requests.fetchNextPage();
            if (single.hasNextPage) void single.fetchNextPage();
          }}
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

function Single({ proposal: p }: { proposal: Proposal }) {
  return (
    <li className="flex flex-col gap-1.5">
      <p className="flex items-center gap-1.5 text-meta text-fg-3">
        <PersonMark id={p.requested_by.id} name={p.requested_by.name} size={16} />
        <span>asked by {p.requested_by.name}</span>
        <span className="ml-auto tnum">
          {p.status === "pending" ? `waiting ${ago(p.created_at)}` : ago(p.decided_at ?? p.created_at)}
        </span>
      </p>
      <ProposalCard proposal={p} />
    </li>
  );
}
