import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ellipsis, FolderTree, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useMay, usersQuery } from "@/api/shared";
import type { Team } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Person } from "@/components/ui/marks";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { Empty } from "@/components/ui/states";
import { number } from "@/lib/format";
import { DeleteTeam } from "./team-delete";
import { TeamForm } from "./team-form";
import { branches, type Branch } from "./tree";

type Asked = { kind: "edit" | "delete"; team: Team } | { kind: "below"; parent: Team };

export function TeamTree(props: { teams: Team[]; adding: boolean; onAdding: (adding: boolean) => void }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => {
    setAsked(null);
    props.onAdding(false);
  };
  return (
    <>
      {props.teams.length === 0 ? (
        <Empty icon={FolderTree} title="No teams yet">
          A team sees its own records and those of the teams below it, where a role says “team”.
        </Empty>
      ) : (
        <ul aria-label="Teams" className="flex flex-col">
          {branches(props.teams).map((branch) => (
            <TeamRow key={branch.team.id} branch={branch} onAsk={setAsked} />
          ))}
        </ul>
      )}
      {props.adding && <TeamForm team={null} parent={null} teams={props.teams} onClose={close} />}
      {asked?.kind === "below" && <TeamForm team={null} parent={asked.parent} teams={props.teams} onClose={close} />}
      {asked?.kind === "edit" && <TeamForm team={asked.team} parent={null} teams={props.teams} onClose={close} />}
      {asked?.kind === "delete" && <DeleteTeam team={asked.team} teams={props.teams} onClose={close} />}
    </>
  );
}

function TeamRow({ branch, onAsk }: { branch: Branch; onAsk: (asked: Asked) => void }) {
  const { team } = branch;
  const lead = useQuery(usersQuery()).data?.find((u) => u.id === team.lead_id);
  const may = { create: useMay("team", "create"), update: useMay("team", "update"), remove: useMay("team", "delete") };
  const items: MenuEntry[] = [
    ...(may.update
      ? [{ label: "Rename, move, lead", icon: <Pencil />, run: () => onAsk({ kind: "edit", team }) }]
      : []),
    ...(may.create
      ? [{ label: "Add a team below", icon: <Plus />, run: () => onAsk({ kind: "below", parent: team }) }]
      : []),
    ...(may.remove
      ? ([
          "line",
          { label: "Delete", icon: <Trash2 />, bad: true, run: () => onAsk({ kind: "delete", team }) },
        ] as const)
      : []),
  ];
  return (
    <li>
      <div className="flex min-h-9 items-center gap-3 border-b border-line pr-1 text-cell hover:bg-muted max-md:min-h-12">
        <span className="min-w-0 flex-1 truncate font-medium text-fg">{team.name}</span>
        {lead && (
          <span className="flex items-center gap-1.5 text-fg-2 max-md:hidden">
            <span className="text-meta text-fg-3">Lead</span> <Person person={lead} />
          </span>
        )}
        <Link
          to="/admin/people"
          search={{ team: team.id }}
          className="w-20 text-right text-fg-2 tnum hover:underline"
          aria-label={`People in ${team.name} and below`}
        >
          {number(team.members)} {team.members === 1 ? "person" : "people"}
        </Link>
        {items.length > 0 && (
          <Menu
            align="end"
            trigger={
              <Button variant="quiet" size="iconRow" aria-label={`Actions for ${team.name}`}>
                <Ellipsis />
              </Button>
            }
            items={items}
          />
        )}
      </div>
      {branch.below.length > 0 && (
        <ul aria-label={`Below ${team.name}`} className="ml-2 border-l border-line pl-4">
          {branch.below.map((inner) => (
            <TeamRow key={inner.team.id} branch={inner} onAsk={onAsk} />
          ))}
        </ul>
      )}
    </li>
  );
}
