import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { isPhone } from "@/lib/device";
import { ago, dateTime } from "@/lib/format";
import { sessionsQuery } from "./queries";

export function SessionsCard() {
  const sessions = useSuspenseQuery(sessionsQuery()).data;
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: sessionsQuery().queryKey });
  const onError = (error: unknown) => failed("The session was not ended", sentence(error));
  const end = useMutation({
    mutationFn: (id: string) => remove("/sessions/{id}", { path: { id } }),
    onSuccess: async () => {
      await refresh();
      told("Session ended");
    },
    onError,
  });
  const endOthers = useMutation({
    mutationFn: async () => (await remove("/sessions")).data.ended,
    onSuccess: async (ended) => {
      await refresh();
      told(ended === 1 ? "1 session ended" : `${ended} sessions ended`);
    },
    onError,
  });
  return (
    <Card
      title="Sessions and devices"
      aside={
        sessions.length > 1 && (
          <Button size="card" variant="danger" disabled={endOthers.isPending} onClick={() => endOthers.mutate()}>
            End all others
          </Button>
        )
      }
    >
      <ul className="divide-y divide-line">
        {sessions.map((s) => {
          const Glyph = isPhone(s.device) ? Smartphone : Monitor;
          return (
            <li key={s.id} className="flex items-center gap-3 px-4 py-2.5">
              <Glyph className="size-5 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
              <div className="min-w-0 flex-1" title={s.user_agent ?? undefined}>
                <p className="flex flex-wrap items-center gap-x-2 text-cell font-medium text-fg">
                  {s.device} {s.current && <Badge kind="selected">This one</Badge>}
                </p>
                <p className="text-meta text-fg-3">
                  {s.ip && (
                    <>
                      <span className="font-mono">{s.ip}</span> ·{" "}
                    </>
                  )}
                  {s.current ? "in use now" : `last used ${ago(s.last_seen_at)}`} · signed in {dateTime(s.created_at)}
                </p>
              </div>
              {!s.current && (
                <Button
                  size="card"
                  variant="danger"
                  aria-label={`End ${s.device}, last used ${ago(s.last_seen_at)}`}
                  disabled={end.isPending}
                  onClick={() => end.mutate(s.id)}
                >
                  End
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
