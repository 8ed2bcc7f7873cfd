import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { rolesQuery, teamsQuery, usersQuery } from "@/api/shared";
import type { SlaRecipient } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { WhoSelect } from "./who-select";

const keyOf = (r: SlaRecipient): string => {
  switch (r.who) {
    case "owner":
    case "manager":
      return r.who;
    case "team":
      return `team:${r.team_id}`;
    case "role":
      return `role:${r.role_id}`;
    case "user":
      return `user:${r.user_id}`;
  }
};

function recipient(key: string, id: string): SlaRecipient {
  if (key === "team") return { who: "team", team_id: id };
  if (key === "role") return { who: "role", role_id: id };
  if (key === "user") return { who: "user", user_id: id };
  return { who: key === "manager" ? "manager" : "owner" };
}

const FIXED = [
  ["owner", "The owner"],
  ["manager", "The owner’s manager"],
] as const;

/** Who is told. */
export function Recipients(props: { n: number; to: SlaRecipient[]; onChange: (to: SlaRecipient[]) => void }) {
  const { to, onChange } = props;
  const people = useQuery(usersQuery()).data ?? [];
  const teams = useQuery(teamsQuery()).data ?? [];
  const roles = useQuery(rolesQuery()).data ?? [];
  const nameOf = (r: SlaRecipient): string => {
    switch (r.who) {
      case "owner":
        return "The owner";
      case "manager":
        return "The owner’s manager";
      case "team":
        return teams.find((t) => t.id === r.team_id)?.name ?? "…";
      case "role":
        return roles.find((x) => x.id === r.role_id)?.name ?? "…";
      case "user":
        return people.find((u) => u.id === r.user_id)?.name ?? "…";
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {to.map((r) => (
        <Badge key={keyOf(r)} className="h-7">
          {nameOf(r)}
          <button
            type="button"
            aria-label={`Do not tell ${nameOf(r)} in step ${props.n}`}
            className="-mr-1 grid size-6 place-items-center rounded-sm hover:bg-active"
            onClick={() => onChange(to.filter((other) => keyOf(other) !== keyOf(r)))}
          >
            <X />
          </button>
        </Badge>
      ))}
      <div className="w-40">
        <WhoSelect
          label={`Tell somebody else in step ${props.n}`}
          placeholder="Add somebody"
          fixed={FIXED.filter(([key]) => !to.some((r) => keyOf(r) === key))}
          value=""
          people
          groups
          onChange={(key, id) => key !== "" && onChange([...to, recipient(key, id)])}
        />
      </div>
    </div>
  );
}
