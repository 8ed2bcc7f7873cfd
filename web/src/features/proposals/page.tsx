/** What the assistant wants to change, to be decided on one by one or together; and what became of it. */
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FileDiff, Sparkle } from "lucide-react";
import { useState } from "react";
import { useMe } from "@/api/shared";
import type { Proposal } from "@/api/types";
import { mayDecide } from "@/components/crm/proposal-decide";
import { decidable, useMany } from "@/components/crm/proposal-many";
import { ProposalOutcomes } from "@/components/crm/proposal-outcomes";
import { allOf, proposalsQuery } from "@/components/crm/proposal-query";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Empty } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { number, plural } from "@/lib/format";
import { openAssistant } from "@/lib/frame";
import { ManyBar } from "./bar";
import { RunGroup } from "./group";
import { byRun } from "./groups";
import { EMPTY, LABELS, statusOf, TABS, type Tab } from "./status";

export function Proposals({ tab }: { tab: Tab }) {
  return (
    <div className="flex flex-1 flex-col">
      <TabRow label="Proposals by state" className="h-11 shrink-0 border-b border-line px-2 md:px-3">
        {TABS.map((t) => (
          <Link
            key={t}
            to="/proposals"
            search={t === "pending" ? {} : { status: t }}
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
  const query = useSuspenseInfiniteQuery(proposalsQuery(statusOf(tab)));
  const me = useMe();
  const proposals = allOf(query.data);
  const [ticked, setTicked] = useState<string[]>([]);
  const many = useMany();
  const choosable = proposals.filter((p) => decidable(p) && mayDecide(me, p));
  const chosen = choosable.filter((p) => ticked.includes(p.id));
  const tick = (of: Proposal[], on: boolean) => {
    const ids = of.map((p) => p.id);
    setTicked([...ticked.filter((id) => !ids.includes(id)), ...(on ? ids : [])]);
  };
  const decide = (verb: "approve" | "reject", reason: string) =>
    void many.run(verb, chosen, reason).then(() => setTicked([]));
  return (
    <div className="flex w-full max-w-3xl flex-1 flex-col gap-4 px-4 py-4 md:px-5">
      {many.work?.over && <ProposalOutcomes work={many.work} onStop={many.stop} onClose={many.forget} />}
      {proposals.length === 0 ? (
        <Nothing tab={tab} />
      ) : (
        <>
          {choosable.length > 1 && (
            <label className="flex w-fit items-center gap-2 text-cell text-fg-2">
              <Checkbox
                checked={chosen.length === choosable.length ? true : chosen.length > 0 ? "indeterminate" : false}
                onCheckedChange={(on) => tick(choosable, on === true)}
              />
              Select all {number(choosable.length)}
              {query.hasNextPage && " that are loaded"}
            </label>
          )}
          <ol className="flex flex-col gap-6">
            {byRun(proposals).map((group) => (
              <RunGroup
                key={group.run}
                group={group}
                choosable={choosable.length > 1 ? choosable : []}
                ticked={ticked}
                onTick={tick}
                busy={many.work !== null && !many.work.over}
                onUndo={(all) => void many.run("undo", all)}
              />
            ))}
          </ol>
          {query.hasNextPage && (
            <Button
              className="self-start"
              busy={query.isFetchingNextPage && "Loading"}
              onClick={() => void query.fetchNextPage()}
            >
              Show more
            </Button>
          )}
        </>
      )}
      <ManyBar
        chosen={chosen}
        aside={plural(chosen.flatMap((p) => p.diff).length, "field")}
        work={many.work}
        onDecide={decide}
        onStop={many.stop}
        onClear={() => setTicked([])}
      />
    </div>
  );
}

function Nothing({ tab }: { tab: Tab }) {
  const [title, text] = EMPTY[tab];
  return (
    <Empty
      icon={FileDiff}
      title={title}
      action={
        (tab === "pending" || tab === "all") && (
          <Button onClick={() => openAssistant()}>
            <Sparkle /> Ask the assistant
          </Button>
        )
      }
    >
      {text}
    </Empty>
  );
}
