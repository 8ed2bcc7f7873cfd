import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { failed, told } from "@/components/ui/toast";
import { ago, dateTime } from "@/lib/format";
import { AdminPage, PlainTable } from "./layout";
import { sessionsQuery } from "./queries";

/** "Firefox on Linux", from what the browser says of itself. */
function browser(agent: string | null | undefined): string {
  if (!agent) return "Unknown";
  const name = /Edg\//.test(agent)
    ? "Edge"
    : /Firefox\//.test(agent)
      ? "Firefox"
      : /Chrome\//.test(agent)
        ? "Chrome"
        : /Safari\//.test(agent)
          ? "Safari"
          : (agent.split("/")[0] ?? agent);
  const system = /Windows/.test(agent)
    ? "Windows"
    : /Android/.test(agent)
      ? "Android"
      : /iPhone|iPad/.test(agent)
        ? "iOS"
        : /Mac OS/.test(agent)
          ? "macOS"
          : /Linux/.test(agent)
            ? "Linux"
            : "";
  return system ? `${name} on ${system}` : name;
}

export function Sessions() {
  const { data } = useSuspenseQuery(sessionsQuery());
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => remove("/sessions/{id}", { path: { id } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: sessionsQuery().queryKey });
      told("Session ended");
    },
    onError: (error) => failed("The session was not ended", sentence(error)),
  });
  return (
    <AdminPage title="My sessions" text="Where you are signed in. End one that you do not know.">
      <PlainTable
        heads={[
          { label: "Browser" },
          { label: "Address" },
          { label: "Signed in" },
          { label: "Last seen" },
          { label: "" },
        ]}
      >
        {data.map((s) => (
          <tr key={s.id}>
            <td className="font-medium text-fg" title={s.user_agent ?? undefined}>
              {browser(s.user_agent)} {s.current && <Badge kind="selected">This one</Badge>}
            </td>
            <td className="font-mono text-code">{s.ip}</td>
            <td className="tnum">{dateTime(s.created_at)}</td>
            <td className="tnum">{ago(s.last_seen_at)}</td>
            <td className="text-right">
              {!s.current && (
                <Button size="row" variant="danger" disabled={revoke.isPending} onClick={() => revoke.mutate(s.id)}>
                  End
                </Button>
              )}
            </td>
          </tr>
        ))}
      </PlainTable>
    </AdminPage>
  );
}
