import { Ellipsis, Eye, LogOut, Pencil, ShieldOff, UserRoundCheck, UserRoundX } from "lucide-react";
import { useMay, useMe } from "@/api/shared";
import type { Team, User } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Person } from "@/components/ui/marks";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { PlainTable } from "./layout";
import type { Asked } from "./person-dialogs";

export function PeopleTable(props: { people: User[]; teams: Team[]; onAsk: (asked: Asked) => void }) {
  const entries = useEntries(props.onAsk);
  return (
    <PlainTable
      heads={[{ label: "Name" }, { label: "E-mail", wide: true }, { label: "Team" }, { label: "Roles" }, { label: "" }]}
    >
      {props.people.map((user) => {
        const items = entries(user);
        return (
          <tr key={user.id} className={user.active ? undefined : "text-fg-3"}>
            <td className="font-medium text-fg">
              <Person person={user} />
              <span className="block pl-[26px] text-meta font-normal break-all text-fg-3 md:hidden">{user.email}</span>
            </td>
            <td className="max-md:hidden">{user.email}</td>
            <td>{props.teams.find((t) => t.id === user.team_id)?.name}</td>
            <td>
              <span className="flex flex-wrap gap-1">
                {user.roles.map((r) => (
                  <Badge key={r.id}>{r.name}</Badge>
                ))}
                {user.roles.length === 0 && <Badge kind="outline">No role</Badge>}
                {user.service && <Badge kind="outline">Service account</Badge>}
                {!user.active && <Badge kind="outline">Inactive</Badge>}
              </span>
            </td>
            <td className="text-right">
              {items.length > 0 && (
                <Menu
                  align="end"
                  trigger={
                    <Button variant="quiet" size="iconRow" aria-label={`Actions for ${user.name}`}>
                      <Ellipsis />
                    </Button>
                  }
                  items={items}
                />
              )}
            </td>
          </tr>
        );
      })}
    </PlainTable>
  );
}

/** What may be done with a person; whether for this one, the server says. */
function useEntries(onAsk: (asked: Asked) => void): (user: User) => MenuEntry[] {
  const me = useMe();
  const may = {
    update: useMay("user", "update"),
    remove: useMay("user", "delete"),
    view: useMay("user", "impersonate"),
  };
  return (user) => {
    const items: MenuEntry[] = [];
    if (may.update) items.push({ label: "Edit", icon: <Pencil />, run: () => onAsk({ kind: "edit", user }) });
    if (may.view && user.active && user.id !== me.user.id)
      items.push({ label: "View as", icon: <Eye />, run: () => onAsk({ kind: "view", user }) });
    if (may.update && user.active && !user.service)
      items.push(
        { label: "End sessions", icon: <LogOut />, run: () => onAsk({ kind: "end-sessions", user }) },
        { label: "Reset second factor", icon: <ShieldOff />, run: () => onAsk({ kind: "reset-factor", user }) },
      );
    if (may.remove && user.id !== me.user.id) {
      if (items.length > 0) items.push("line");
      items.push(
        user.active
          ? { label: "Deactivate", icon: <UserRoundX />, bad: true, run: () => onAsk({ kind: "deactivate", user }) }
          : { label: "Reactivate", icon: <UserRoundCheck />, run: () => onAsk({ kind: "reactivate", user }) },
      );
      if (!user.active)
        items.push({ label: "Hand over records", icon: <UserRoundX />, run: () => onAsk({ kind: "hand-over", user }) });
    }
    return items;
  };
}
