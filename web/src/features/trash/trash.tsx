/** What was deleted: by whom, how long it can still be restored, and for administrators its end. */
import { useMutation, useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { TrashItem } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Empty } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { failed, told } from "@/components/ui/toast";
import { dateTime, plural } from "@/lib/format";
import { KINDS, trashQuery } from "./queries";

export function Trash({ object }: { object: TrashItem["object"] | undefined }) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useSuspenseInfiniteQuery(trashQuery(object));
  const items = data.pages.flatMap((page) => page.items);
  const [doomed, setDoomed] = useState<TrashItem | null>(null);
  return (
    <div className="flex flex-1 flex-col">
      <TabRow label="What was deleted" className="h-11 shrink-0 border-b border-line px-2 md:px-3">
        {[undefined, ...(Object.keys(KINDS) as TrashItem["object"][])].map((kind) => (
          <Link
            key={kind ?? "all"}
            to="/trash"
            search={kind ? { object: kind } : {}}
            activeOptions={{ exact: true }}
            aria-current={kind === object ? "page" : undefined}
            className={tabClass(kind === object)}
          >
            {kind ? KINDS[kind] : "All"}
          </Link>
        ))}
      </TabRow>
      {items.length === 0 ? (
        <Empty icon={Trash2} title="Nothing is in the trash">
          What is deleted waits here for a while before it is gone for good.
        </Empty>
      ) : (
        <ul>
          {items.map((item) => (
            <Item key={item.id} item={item} onPurge={() => setDoomed(item)} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button className="m-3 self-center" busy={isFetchingNextPage && "Loading"} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
      {doomed && <Purge item={doomed} onClose={() => setDoomed(null)} />}
    </div>
  );
}

function Item({ item, onPurge }: { item: TrashItem; onPurge: () => void }) {
  const client = useQueryClient();
  const mayPurge = useMay("organisation", "update");
  const restore = useMutation({
    mutationFn: () => post(`/${RESTORE[item.object]}/{id}/restore`, { path: { id: item.id } }),
    onSuccess: () => told(`Restored ${item.name}`),
    onError: (error) => failed(`${item.name} could not be restored`, sentence(error)),
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-cell md:px-5">
      <span className="flex min-w-0 flex-1 basis-60 flex-col">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium text-fg">{item.name}</span>
          <Badge>{item.object}</Badge>
        </span>
        <span className="text-fg-3">
          {dateTime(item.deleted_at)}
          {item.deleted_by ? `, ${item.deleted_by}` : ""}
        </span>
      </span>
      <Badge kind={item.days_left < 3 ? "warn" : "neutral"}>
        {item.days_left === 0 ? "goes within a day" : `${plural(item.days_left, "day")} left`}
      </Badge>
      {item.may_restore && (
        <Button
          busy={restore.isPending && "Restoring"}
          aria-label={`Restore ${item.name}`}
          onClick={() => restore.mutate()}
        >
          Restore
        </Button>
      )}
      {mayPurge && (
        <Button variant="quiet" aria-label={`Delete ${item.name} for good`} onClick={onPurge}>
          Delete for good
        </Button>
      )}
    </li>
  );
}

const RESTORE = {
  opportunity: "opportunities",
  account: "accounts",
  contact: "contacts",
  lead: "leads",
  task: "tasks",
  activity: "activities",
  file: "files",
} as const;

function Purge({ item, onClose }: { item: TrashItem; onClose: () => void }) {
  const client = useQueryClient();
  const purge = useMutation({
    mutationFn: () => remove("/trash/{object}/{id}", { path: { object: item.object, id: item.id } }),
    onSuccess: () => {
      told(`${item.name} is gone for good`);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["trash"] }),
  });
  return (
    <Confirm
      title={`Delete ${item.name} for good?`}
      description="Nothing brings it back, nor what hangs on it. The audit log keeps that it was there."
      verb="Delete for good"
      doing="Deleting"
      pending={purge.isPending}
      error={purge.error ? sentence(purge.error) : null}
      onConfirm={() => purge.mutate()}
      onClose={onClose}
    />
  );
}
