/** The bell in the header: how many notifications were not read, and the newest of them. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { Bell as BellGlyph } from "lucide-react";
import { useEffect, useState } from "react";
import { useMe } from "@/api/shared";
import { countsQuery, notificationsQuery, useNotificationActions } from "@/components/crm/notifications/query";
import { NotificationRow } from "@/components/crm/notifications/row";
import { Button } from "@/components/ui/button";
import { PopoverView } from "@/components/ui/popover-view";
import { Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { number, plural } from "@/lib/format";

function Newest({ onOpen }: { onOpen: () => void }) {
  const query = useInfiniteQuery(notificationsQuery({ unread: true }));
  const { mark } = useNotificationActions();
  const items = query.data?.pages[0]?.items.slice(0, 10) ?? [];
  return (
    <div className="flex max-h-[70vh] w-[min(400px,calc(100vw-24px))] flex-col">
      <div className="flex items-center gap-2 border-b border-line px-3 py-2">
        <h2 className="flex-1 text-section text-fg">Notifications</h2>
        {items.length > 0 && (
          <Button variant="link" onClick={() => mark.mutate({ which: { all: true }, read: true })}>
            Mark all as read
          </Button>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {query.isPending && <SkeletonRows rows={3} />}
        <ReadFailed query={query} />
        {query.isSuccess && items.length === 0 && (
          <Empty icon={BellGlyph} title="You have read everything" className="py-6" />
        )}
        <ul>
          {items.map((n) => (
            <NotificationRow key={n.id} notification={n} onOpen={onOpen} />
          ))}
        </ul>
      </div>
      <Link
        to="/notifications"
        onClick={onOpen}
        className="border-t border-line px-3 py-2.5 text-center text-cell text-accent-text"
      >
        All notifications
      </Link>
    </div>
  );
}

/** The service worker says what came while somebody looks at the app, and where a click on a notification leads. */
function useWorker() {
  const router = useRouter();
  const me = useMe().user.id;
  useEffect(() => {
    let stop: (() => void) | null = () => undefined;
    void import("@/components/crm/push/listen").then(({ listen }) => {
      if (stop) stop = listen(me, (url) => void router.navigate({ href: url }));
    });
    return () => {
      stop?.();
      stop = null;
    };
  }, [router, me]);
}

export function Bell() {
  useWorker();
  const [open, setOpen] = useState(false);
  const unread = useQuery(countsQuery()).data?.unread ?? 0;
  const label = unread > 0 ? `Notifications, ${plural(unread, "unread", "unread")}` : "Notifications";
  return (
    <PopoverView
      open={open}
      onOpenChange={setOpen}
      align="end"
      className="w-auto overflow-hidden"
      trigger={
        <Button variant="quiet" size="icon" aria-label={label} className="relative max-md:size-11">
          <BellGlyph strokeWidth={1.75} />
          {unread > 0 && (
            <span
              aria-hidden
              className="absolute top-0 right-0 min-w-4 rounded-full bg-accent px-1 text-center text-[10px]/4 font-semibold text-on-accent tnum"
            >
              {unread > 99 ? "99+" : number(unread)}
            </span>
          )}
        </Button>
      }
    >
      <Newest onOpen={() => setOpen(false)} />
    </PopoverView>
  );
}
