import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Bot, Plus } from "lucide-react";
import { useState } from "react";
import { patch } from "@/api/client";
import { sentence } from "@/api/problem";
import { teamsQuery } from "@/api/shared";
import type { ServiceAccount } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { AdminPage, PlainTable } from "../layout";
import { OauthClients } from "./oauth-clients";
import { serviceAccountsQuery } from "./queries";
import { ServiceAccountForm } from "./service-account-form";

export function ServiceAccounts() {
  const accounts = useSuspenseQuery(serviceAccountsQuery()).data;
  const [editing, setEditing] = useState<ServiceAccount | "new" | null>(null);
  return (
    <AdminPage
      title="Service accounts and OAuth clients"
      text="For programs that belong to nobody: a service account has a role and a team, and acts by API keys and OAuth clients."
      aside={
        <Button variant="primary" onClick={() => setEditing("new")}>
          <Plus /> New service account
        </Button>
      }
    >
      {accounts.length === 0 ? (
        <Empty icon={Bot} title="No service accounts">
          A person’s keys end when the person leaves. Those of a service account stay.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "Name" },
            { label: "Role" },
            { label: "Team" },
            { label: "Keys and clients", right: true },
            { label: "" },
          ]}
        >
          {accounts.map((account) => (
            <AccountRow key={account.id} account={account} onEdit={() => setEditing(account)} />
          ))}
        </PlainTable>
      )}
      <OauthClients accounts={accounts} />
      {editing && (
        <ServiceAccountForm {...(editing === "new" ? {} : { account: editing })} onClose={() => setEditing(null)} />
      )}
    </AdminPage>
  );
}

function AccountRow({ account, onEdit }: { account: ServiceAccount; onEdit: () => void }) {
  const teams = useSuspenseQuery(teamsQuery()).data;
  const client = useQueryClient();
  const setting = useMutation({
    mutationFn: (active: boolean) =>
      patch("/service-accounts/{id}", { path: { id: account.id }, body: { active }, ifMatch: account.version }),
    onSuccess: async (_, active) => {
      await client.invalidateQueries({ queryKey: serviceAccountsQuery().queryKey });
      told(active ? `${account.name} acts again` : `${account.name} and its keys are switched off`);
    },
    onError: (error) => failed("It was not changed", sentence(error)),
  });
  return (
    <tr>
      <td className="font-medium text-fg">
        {account.name} {!account.active && <Badge kind="outline">Off</Badge>}
      </td>
      <td>{account.roles.map((role) => role.name).join(", ")}</td>
      <td>{teams.find((team) => team.id === account.team_id)?.name}</td>
      <td className="text-right tnum">{account.keys}</td>
      <td className="text-right whitespace-nowrap">
        <span className="inline-flex gap-1.5">
          <Button size="row" aria-label={`Change ${account.name}`} onClick={onEdit}>
            Change
          </Button>
          <Button
            size="row"
            variant={account.active ? "danger" : "second"}
            aria-label={`Switch ${account.name} ${account.active ? "off" : "on"}`}
            disabled={setting.isPending}
            onClick={() => setting.mutate(!account.active)}
          >
            {account.active ? "Switch off" : "Switch on"}
          </Button>
        </span>
      </td>
    </tr>
  );
}
