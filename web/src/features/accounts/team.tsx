/** Who works on the account, and how far they see by it. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus, Users, X } from "lucide-react";
import { useState } from "react";
import { get, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Account, AccountMember, ShareLevel } from "@/api/types";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { Card, Empty, SkeletonRows } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { AddMember } from "./add-member";

export const teamQuery = (id: string) =>
  queryOptions({
    queryKey: ["accounts", "team", id],
    queryFn: async () => (await get("/accounts/{id}/team", { path: { id } })).items,
  });

const SEES: Record<ShareLevel, string> = { read: "reads", edit: "edits" };

/** "Reads the account, edits its opportunities". */
function reach(m: AccountMember): string {
  const parts = [
    `${SEES[m.account_level]} the account`,
    m.opportunity_level && `${SEES[m.opportunity_level]} its opportunities`,
    m.contact_level && `${SEES[m.contact_level]} its contacts`,
  ];
  const words = parts.filter(Boolean).join(", ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function AccountTeam({ account }: { account: Account }) {
  const query = useQuery(teamQuery(account.id));
  const [adding, setAdding] = useState(false);
  const client = useQueryClient();
  const drop = useMutation({
    mutationFn: (member: AccountMember) =>
      remove("/accounts/{id}/team/{member_id}", { path: { id: account.id, member_id: member.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: teamQuery(account.id).queryKey }),
    onError: (error) => failed("The member stays", sentence(error)),
  });
  const members = query.data ?? [];
  return (
    <Card
      title="Account team"
      aside={
        account.may.update && (
          <Button size="card" onClick={() => setAdding(true)}>
            <UserPlus /> Add a member
          </Button>
        )
      }
    >
      {query.isPending && <SkeletonRows rows={3} />}
      {query.isSuccess && members.length === 0 && (
        <Empty icon={Users} title="Nobody is on this account’s team">
          Put people here who work on the account without owning it.
        </Empty>
      )}
      <ul>
        {members.map((m) => (
          <li key={m.id} className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5 last:border-0">
            <PersonMark id={m.user.id} name={m.user.name} size={28} />
            <span className="flex min-w-0 flex-1 flex-col text-cell">
              <span className="truncate font-medium text-fg">
                {m.user.name} <span className="font-normal text-fg-3">{m.role}</span>
              </span>
              <span className="text-meta text-fg-3">{reach(m)}</span>
            </span>
            {account.may.update && (
              <Button
                variant="quiet"
                size="iconRow"
                aria-label={`Take ${m.user.name} off the team`}
                onClick={() => drop.mutate(m)}
              >
                <X />
              </Button>
            )}
          </li>
        ))}
      </ul>
      {adding && <AddMember account={account} onClose={() => setAdding(false)} />}
    </Card>
  );
}
