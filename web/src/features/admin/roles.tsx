import { useSuspenseQuery } from "@tanstack/react-query";
import type { Scope } from "@/api/types";
import { Card } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { AdminPage, PlainTable } from "./layout";
import { rolesQuery } from "./queries";

const PIPS: Record<Scope, number> = { none: 0, own: 1, team: 2, all: 3 };
const ACTIONS = ["read", "create", "update", "delete"];

function Pips({ scope }: { scope: Scope | undefined }) {
  if (!scope) return <span className="text-fg-3">–</span>;
  return (
    <span className={cn("inline-flex items-center gap-1.5", scope === "none" ? "text-fg-3" : "text-fg")}>
      <span aria-hidden className="flex gap-0.5">
        {[1, 2, 3].map((n) => (
          <span key={n} className={cn("h-2.5 w-1 rounded-[1px]", n <= PIPS[scope] ? "bg-fg-2" : "bg-active")} />
        ))}
      </span>
      {scope[0]?.toUpperCase()}
      {scope.slice(1)}
    </span>
  );
}

export function Roles() {
  const roles = useSuspenseQuery(rolesQuery()).data;
  return (
    <AdminPage
      title="Roles"
      text="What each role may see and do: nothing, one’s own, the team’s and the teams’ below, or all. Agents never get more than the person they act for."
    >
      {roles.map((role) => (
        <Card key={role.id} title={role.name}>
          <div className="px-4 pb-2">
            <PlainTable
              heads={[
                { label: "Object" },
                ...ACTIONS.map((a) => ({
                  label: a === "read" ? "View" : a === "update" ? "Edit" : a.replace(/^./, (c) => c.toUpperCase()),
                })),
              ]}
            >
              {Object.entries(role.grants).map(([object, grants]) => (
                <tr key={object}>
                  <td className="font-medium text-fg first-letter:uppercase">{object}</td>
                  {ACTIONS.map((action) => (
                    <td key={action}>
                      <Pips scope={grants[action]} />
                    </td>
                  ))}
                </tr>
              ))}
            </PlainTable>
          </div>
        </Card>
      ))}
    </AdminPage>
  );
}
