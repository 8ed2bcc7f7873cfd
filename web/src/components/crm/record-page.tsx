/** The page of an account, a contact or a lead: name, facts, tabs. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Merge, Phone, Plus, SquareCheck, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { post, remove } from "@/api/client";
import { useMay, useMe } from "@/api/shared";
import { sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { failed, told } from "@/components/ui/toast";
import { create } from "@/lib/frame";
import { loadable } from "@/lib/loadable";
import { useVisit } from "@/lib/recent";
import { composing } from "./composer";
import { LiveRecord } from "./live/live-record";
import type { Gone } from "./live/marks";
import { useSharing, type Shareable } from "./sharing";
import { WriteEmail } from "./write-email";

const PresenceRow = loadable(() => import("./presence-row").then((m) => m.PresenceRow));
const MergeDialog = loadable(() => import("./merge-dialog").then((m) => m.MergeDialog));

interface Props<T extends string> {
  type: "account" | "contact" | "lead";
  record: Shareable & { version: number };
  gone: Gone | null;
  mark: ReactNode;
  facts: ReactNode;
  tabs: readonly T[];
  tab: T;
  onTab: (tab: T) => void;
  mayDelete: boolean;
  /** Not what has become something else. */
  mayMerge?: boolean;
  onGone: () => void;
  onNewDeal: (() => void) | null;
  /** To whom an e-mail is written from here. */
  email?: string | null | undefined;
  /** What else this kind of record is for, beside "Log". */
  action?: ReactNode;
  /** What its menu has that others have not. */
  entries?: MenuEntry[];
  /** Above the facts: what is to be known first. */
  banner?: ReactNode;
  children: ReactNode;
}

export function RecordPage<T extends string>(props: Props<T>) {
  const { record, type } = props;
  useVisit(useMe().user.id, { type, id: record.id, name: record.name });
  const drop = useDelete(type, record, props.onGone);
  const mayLog = useMay("activity", "create");
  const mayAddTask = useMay("task", "create");
  const sharing = useSharing(type, record);
  const [merging, setMerging] = useState(false);
  return (
    <LiveRecord type={type} record={record} gone={props.gone}>
      <div className="flex flex-col gap-3 px-4 pt-4 md:px-5">
        <div className="flex items-start gap-3">
          {props.mark}
          <h1 className="min-w-0 flex-1 text-title break-words text-fg">{record.name}</h1>
          {!props.gone && <PresenceRow key={record.id} type={type} id={record.id} />}
          <WriteEmail to={props.email} />
          {mayLog && (
            <Button className="max-md:hidden" onClick={() => composing.set("call")}>
              <Phone /> Log
            </Button>
          )}
          {props.onNewDeal && (
            <Button className="max-md:hidden" onClick={props.onNewDeal}>
              <Plus /> New opportunity
            </Button>
          )}
          {sharing.follow}
          {props.action}
          {sharing.dialog}
          {merging && <MergeDialog object={type} record={record} onClose={() => setMerging(false)} />}
          <Menu
            align="end"
            trigger={
              <Button size="icon" aria-label="More">
                <Ellipsis />
              </Button>
            }
            items={[
              ...(mayAddTask
                ? [
                    {
                      label: "Add a task",
                      icon: <SquareCheck />,
                      run: () => create({ kind: "task", subject: { type, id: record.id, name: record.name } }),
                    },
                  ]
                : []),
              ...(props.entries ?? []),
              ...sharing.items,
              ...(props.mayDelete && record.may.update && props.mayMerge !== false
                ? [{ label: "Merge with…", icon: <Merge />, run: () => setMerging(true) }]
                : []),
              ...(props.mayDelete
                ? (["line", { label: "Delete", icon: <Trash2 />, bad: true, run: () => drop.mutate() }] as const)
                : []),
            ]}
          />
        </div>
        {props.banner}
        {props.facts}
      </div>
      <TabRow label="Record" className="mt-3 h-10 shrink-0 border-b border-line px-2 md:px-3">
        {props.tabs.map((tab) => (
          <button
            key={tab}
            type="button"
            aria-current={tab === props.tab ? "page" : undefined}
            onClick={() => props.onTab(tab)}
            className={tabClass(tab === props.tab)}
          >
            {tab[0]?.toUpperCase()}
            {tab.slice(1)}
          </button>
        ))}
      </TabRow>
      <div className="flex-1 px-4 py-3 md:px-5">{props.children}</div>
    </LiveRecord>
  );
}

function useDelete(
  type: "account" | "contact" | "lead",
  record: { id: string; name: string; version: number },
  onGone: () => void,
) {
  const client = useQueryClient();
  const key = `${type}s` as const;
  const back = async () => {
    try {
      await post(`/${key}/{id}/restore`, { path: { id: record.id } });
      await client.invalidateQueries({ queryKey: [key] });
      told(`Restored ${record.name}`);
    } catch (error) {
      failed(`${record.name} could not be restored`, sentence(error));
    }
  };
  return useMutation({
    mutationFn: () => remove(`/${key}/{id}`, { path: { id: record.id }, ifMatch: record.version }),
    onSuccess: async () => {
      onGone();
      client.removeQueries({ queryKey: [key, "detail", record.id] });
      await client.invalidateQueries({ queryKey: [key] });
      told(`Deleted ${record.name}`, { label: "Undo", run: () => void back() });
    },
    onError: (error) => failed(`${record.name} was not deleted`, sentence(error)),
  });
}
