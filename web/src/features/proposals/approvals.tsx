import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Stamp } from "lucide-react";
import type { Proposal } from "@/api/types";
import { ProposalCard } from "@/components/crm/proposal-card";
import { allOf, countWords } from "@/components/crm/proposal-query";
import { PersonMark } from "@/components/ui/marks";
import { Empty } from "@/components/ui/states";
import { Button } from "@/components/ui/button";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { ago } from "@/lib/format";
import { openAssistant } from "@/lib/frame";
import { approvalsQuery } from "./queries";

export function Approvals({ decided }: { decided: boolean }) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useSuspenseInfiniteQuery(approvalsQuery(decided));
  const shown = decided ? allOf(data).filter((p) => p.status !== "pending") : allOf(data);
  return (
    <div className="flex flex-1 flex-col">
      <TabRow label="Views" className="h-11 shrink-0 border-b border-line px-2 md:px-3">
        <Link
          to="/approvals"
          search={{}}
          activeOptions={{ exact: true }}
          aria-current={decided ? undefined : "page"}
          className={tabClass(!decided)}
        >
          Waiting {!decided && <span className="text-meta font-normal text-fg-3 tnum">{countWords(data)}</span>}
        </Link>
        <Link
          to="/approvals"
          search={{ view: "decided" }}
          activeOptions={{ exact: true }}
          aria-current={decided ? "page" : undefined}
          className={tabClass(decided)}
        >
          Decided
        </Link>
      </TabRow>
      {shown.length === 0 ? (
        <Empty
          icon={Stamp}
          title={decided ? "Nothing has been decided yet" : "No approvals are waiting"}
          action={!decided && <Button onClick={() => openAssistant()}>Ask the assistant</Button>}
        >
          What an agent wants to change waits here until someone approves it. Nothing changes before.
        </Empty>
      ) : (
        <ul className="flex w-full max-w-2xl flex-col gap-4 px-4 py-4 md:px-5">
          {shown.map((p) => (
            <Item key={p.id} proposal={p} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button
          className="mx-4 mb-4 self-start md:mx-5"
          busy={isFetchingNextPage && "Loading"}
          onClick={() => void fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}

function Item({ proposal: p }: { proposal: Proposal }) {
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
