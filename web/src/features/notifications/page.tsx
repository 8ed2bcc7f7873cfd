/** All notifications: unread, all, put off; by mouse and by keyboard. */
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Bell } from "lucide-react";
import { useState } from "react";
import type { Notification } from "@/api/types";
import { notificationsQuery, useNotificationActions } from "@/components/crm/notifications/query";
import { NotificationRow } from "@/components/crm/notifications/row";
import { target } from "@/components/crm/notifications/words";
import { Button } from "@/components/ui/button";
import { Empty, SkeletonRows } from "@/components/ui/states";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { useKeys } from "@/lib/keys";
import { loadable } from "@/lib/loadable";
import { FILTERS, TABS, type Tab } from "./tabs";

const Preferences = loadable(() => import("./preferences").then((m) => m.Preferences));

const LABELS: Record<Tab, string> = {
  unread: "Unread",
  all: "All",
  snoozed: "Put off",
  preferences: "Preferences",
};
const NOTHING: Record<Exclude<Tab, "preferences">, string> = {
  unread: "You have read everything",
  all: "Nothing yet",
  snoozed: "Nothing is put off",
};

export function NotificationsPage({ tab }: { tab: Tab }) {
  return (
    <div className="flex flex-1 flex-col">
      <div className="flex h-11 shrink-0 items-center border-b border-line pr-4 pl-2 md:pr-5 md:pl-3">
        <TabRow label="Views" className="h-11 min-w-0 flex-1">
          {TABS.map((t) => (
            <Link
              key={t}
              to="/notifications"
              search={t === "unread" ? {} : { tab: t }}
              activeOptions={{ exact: true }}
              aria-current={t === tab ? "page" : undefined}
              className={tabClass(t === tab)}
            >
              {LABELS[t]}
            </Link>
          ))}
        </TabRow>
      </div>
      <div className="w-full max-w-3xl px-4 py-4 md:px-5">
        {tab === "preferences" ? <Preferences fallback={<SkeletonRows rows={6} />} /> : <List key={tab} tab={tab} />}
      </div>
    </div>
  );
}

/** j and k go down and up, e marks as read, Enter opens. */
function useListKeys(items: Notification[]) {
  const [current, setCurrent] = useState<string | null>(null);
  const navigate = useNavigate();
  const { mark } = useNotificationActions();
  const at = items.findIndex((n) => n.id === current);
  const go = (to: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, to))];
    if (!next) return;
    setCurrent(next.id);
    document.querySelector(`[data-notification="${next.id}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const chosen = items[at];
  useKeys({
    j: () => go(at + 1),
    k: () => go(at < 0 ? 0 : at - 1),
    e: () => {
      if (!chosen) return;
      // The next one takes its place, so that one reads on.
      setCurrent((items[at + 1] ?? items[at - 1])?.id ?? null);
      mark.mutate({ which: { object: chosen.record.type, record_id: chosen.record.id }, read: true });
    },
    o: () => {
      if (chosen) void navigate(target(chosen));
    },
  });
  return current;
}

function List({ tab }: { tab: Exclude<Tab, "preferences"> }) {
  const query = useSuspenseInfiniteQuery(notificationsQuery(FILTERS[tab]));
  const { mark } = useNotificationActions();
  const items = query.data.pages.flatMap((page) => page.items);
  const current = useListKeys(items);
  if (items.length === 0) {
    return (
      <Empty icon={Bell} title={NOTHING[tab]}>
        What becomes yours, who mentions you, and what happens to records that you follow appears here.
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-3 text-meta text-fg-3">
        <p className="flex-1 max-md:invisible pointer-coarse:invisible">
          j and k go through them, e marks as read, o opens.
        </p>
        {tab !== "snoozed" && (
          <Button variant="link" onClick={() => mark.mutate({ which: { all: true }, read: true })}>
            Mark all as read
          </Button>
        )}
      </div>
      <ul className="overflow-hidden rounded-xl border border-line-strong bg-surface">
        {items.map((n) => (
          <NotificationRow key={n.id} notification={n} current={n.id === current} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="self-start"
          busy={query.isFetchingNextPage && "Loading"}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}
