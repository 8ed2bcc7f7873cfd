import { useSuspenseQuery } from "@tanstack/react-query";
import { teamsQuery, usersQuery } from "@/api/shared";
import { Badge } from "@/components/ui/badge";
import { Person } from "@/components/ui/marks";
import { AdminPage, PlainTable } from "./layout";

export function People() {
  const users = useSuspenseQuery(usersQuery()).data;
  const teams = useSuspenseQuery(teamsQuery()).data;
  return (
    <AdminPage
      title="People and teams"
      text={`${users.length} people in ${teams.length} teams. New people come in by an import of people.`}
    >
      <PlainTable heads={[{ label: "Name" }, { label: "E-mail" }, { label: "Team" }, { label: "Roles" }]}>
        {users.map((u) => (
          <tr key={u.id}>
            <td className="font-medium text-fg">
              <Person person={u} />
            </td>
            <td>{u.email}</td>
            <td>{teams.find((t) => t.id === u.team_id)?.name}</td>
            <td>
              <span className="flex flex-wrap gap-1">
                {u.roles.map((r) => (
                  <Badge key={r.id}>{r.name}</Badge>
                ))}
                {u.service && <Badge kind="outline">Service account</Badge>}
                {!u.active && <Badge kind="outline">Inactive</Badge>}
              </span>
            </td>
          </tr>
        ))}
      </PlainTable>
    </AdminPage>
  );
}
