import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { AppWindow, Plus } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import type { OauthClient, ServiceAccount } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { ago, dateTime } from "@/lib/format";
import { PlainTable } from "../layout";
import { SecretActions } from "./actions";
import { NewClient } from "./new-client";
import { STATES, oauthClientsQuery, scopeWords } from "./queries";
import { SecretShown, type Shown } from "./secret-shown";

export function OauthClients({ accounts }: { accounts: ServiceAccount[] }) {
  const clients = useSuspenseQuery(oauthClientsQuery()).data.filter((c) => c.state !== "revoked");
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const able = accounts.filter((account) => account.active);
  return (
    <section className="flex flex-col gap-3">
      <header className="flex items-center gap-3">
        <h2 className="flex-1 text-section text-fg">OAuth clients</h2>
        <Button disabled={able.length === 0} onClick={() => setMaking(true)}>
          <Plus /> New OAuth client
        </Button>
      </header>
      {clients.length === 0 ? (
        <Empty icon={AppWindow} title="No OAuth clients">
          For programs that ask for a token by OAuth 2.0 client credentials.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "Name" },
            { label: "Acts for" },
            { label: "May" },
            { label: "Last used" },
            { label: "State" },
            { label: "" },
          ]}
        >
          {clients.map((client) => (
            <ClientRow key={client.id} client={client} onShow={setShown} />
          ))}
        </PlainTable>
      )}
      {making && (
        <NewClient
          accounts={able}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setShown(made);
          }}
        />
      )}
      {shown && <SecretShown shown={shown} onClose={() => setShown(null)} />}
    </section>
  );
}

function ClientRow({ client, onShow }: { client: OauthClient; onShow: (shown: Shown) => void }) {
  const queries = useQueryClient();
  const words = scopeWords(client.scopes);
  const reload = () => queries.invalidateQueries({ queryKey: oauthClientsQuery().queryKey });
  const rotate = async (overlap_hours: number) => {
    const { data } = await post("/oauth-clients/{id}/rotation", { path: { id: client.id }, body: { overlap_hours } });
    await reload();
    onShow({ title: `The new secret of “${data.name}”`, clientId: data.id, secret: data.secret });
  };
  return (
    <tr>
      <td className="font-medium text-fg">
        {client.name} <span className="block font-mono text-code font-normal text-fg-3">{client.id}</span>
      </td>
      <td>{client.owner.name}</td>
      <td title={words.all}>{words.short}</td>
      <td className="tnum" title={client.last_used_ip ? `From ${client.last_used_ip}` : undefined}>
        {client.last_used_at ? ago(client.last_used_at) : <span className="text-fg-3">never</span>}
      </td>
      <td>
        <Badge kind={STATES[client.state].kind}>{STATES[client.state].label}</Badge>
        {client.former_until && (
          <span className="block text-meta text-warn-text">former secret until {dateTime(client.former_until)}</span>
        )}
      </td>
      <td className="text-right whitespace-nowrap">
        <SecretActions
          name={client.name}
          {...(client.state === "active" ? { rotate } : {})}
          revoke={() => remove("/oauth-clients/{id}", { path: { id: client.id } }).then(reload)}
        />
      </td>
    </tr>
  );
}
