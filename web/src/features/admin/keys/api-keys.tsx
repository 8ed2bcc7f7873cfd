import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { useMe } from "@/api/shared";
import type { ApiKey } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Empty } from "@/components/ui/states";
import { ago, dateTime } from "@/lib/format";
import { AdminPage, PlainTable } from "../layout";
import { SecretActions } from "./actions";
import { ConnectedApps } from "./connected-apps";
import { NewKey } from "./new-key";
import { STATES, apiKeysQuery, scopeWords } from "./queries";
import { SecretShown, type Shown } from "./secret-shown";

export function ApiKeys() {
  const keys = useSuspenseQuery(apiKeysQuery()).data;
  const all = useMe().permissions.api_key?.read === "all";
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const [ended, setEnded] = useState(false);
  const rows = keys.filter((key) => ended || key.state === "active");
  const add = (
    <Button variant="primary" onClick={() => setMaking(true)}>
      <Plus /> New API key
    </Button>
  );
  return (
    <AdminPage
      title={all ? "API keys" : "My API keys"}
      text="Programs act by them in their owner’s name: with the scopes of the key, and never more than the owner may."
      aside={add}
    >
      {keys.length > 0 && (
        <label className="flex items-center gap-2 self-start text-cell text-fg-2">
          <Checkbox checked={ended} onCheckedChange={(on) => setEnded(on === true)} /> Show ended keys
        </label>
      )}
      {rows.length === 0 ? (
        <Empty icon={KeyRound} title="No keys">
          Make one for each program, so that each can be revoked by itself.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "Name" },
            ...(all ? [{ label: "Acts for" }] : []),
            { label: "May" },
            { label: "Last used" },
            { label: "Ends" },
            { label: "" },
          ]}
        >
          {rows.map((key) => (
            <KeyRow key={key.id} apiKey={key} withOwner={all} onShow={setShown} />
          ))}
        </PlainTable>
      )}
      <ConnectedApps all={all} />
      {making && (
        <NewKey
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setShown(made);
          }}
        />
      )}
      {shown && <SecretShown shown={shown} onClose={() => setShown(null)} />}
    </AdminPage>
  );
}

function KeyRow(props: { apiKey: ApiKey; withOwner: boolean; onShow: (shown: Shown) => void }) {
  const { apiKey: key } = props;
  const me = useMe();
  const client = useQueryClient();
  const words = scopeWords(key.scopes);
  const reload = () => client.invalidateQueries({ queryKey: apiKeysQuery().queryKey });
  const rotate = async (overlap_hours: number) => {
    const { data } = await post("/api-keys/{id}/rotation", { path: { id: key.id }, body: { overlap_hours } });
    await reload();
    props.onShow({ title: `The new secret of “${data.name}”`, secret: data.secret });
  };
  const mayRotate = key.owner.id === me.user.id || key.owner.service;
  return (
    <tr>
      <td className="font-medium text-fg">
        {key.name} <span className="block font-mono text-code font-normal text-fg-3">{key.hint}</span>
      </td>
      {props.withOwner && (
        <td>
          {key.owner.name} {key.owner.service && <Badge kind="outline">Service account</Badge>}
        </td>
      )}
      <td title={words.all}>{words.short}</td>
      <td className="tnum" title={key.last_used_ip ? `From ${key.last_used_ip}` : undefined}>
        {key.last_used_at ? ago(key.last_used_at) : <span className="text-fg-3">never</span>}
      </td>
      <td className="tnum">
        {key.state === "active" ? (
          dateTime(key.expires_at)
        ) : (
          <Badge kind={STATES[key.state].kind}>{STATES[key.state].label}</Badge>
        )}
        {key.former_until && (
          <span className="block text-meta text-warn-text">former secret until {dateTime(key.former_until)}</span>
        )}
      </td>
      <td className="text-right whitespace-nowrap">
        {key.state === "active" && (
          <SecretActions
            name={key.name}
            {...(mayRotate ? { rotate } : {})}
            revoke={() => remove("/api-keys/{id}", { path: { id: key.id } }).then(reload)}
          />
        )}
      </td>
    </tr>
  );
}
