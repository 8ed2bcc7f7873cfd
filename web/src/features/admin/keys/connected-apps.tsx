import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useState } from "react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { AppRegistration, ConnectedApp } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Empty, SkeletonRows } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { ago, date } from "@/lib/format";
import { PlainTable } from "../layout";
import { APP_STATES, REACHES, appRegistrationsQuery, connectedAppsQuery } from "./queries";

/** Apps that act for people who agreed to it: one's own, and for administrators everybody's. */
export function ConnectedApps({ all }: { all: boolean }) {
  const apps = useQuery(connectedAppsQuery()).data;
  const registrations = useMay("service_account", "read");
  return (
    <section aria-label="Connected apps" className="flex flex-col gap-3">
      <header>
        <h2 className="text-section text-fg">Connected apps</h2>
        <p className="text-cell text-fg-3">
          Agents and editors that use the assistant’s tools in a person’s name. They are connected from the app itself.
        </p>
      </header>
      {!apps ? (
        <SkeletonRows rows={2} />
      ) : apps.length === 0 ? (
        <Empty icon={Plug} title="No connected apps">
          Give an app the address of this server with /mcp behind it, and agree when it asks.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "App" },
            ...(all ? [{ label: "Acts for" }] : []),
            { label: "May" },
            { label: "Last used" },
            { label: "State" },
            { label: "" },
          ]}
        >
          {apps.map((app) => (
            <AppRow key={app.id} app={app} withOwner={all} />
          ))}
        </PlainTable>
      )}
      {registrations && <Registrations />}
    </section>
  );
}

function AppRow({ app, withOwner }: { app: ConnectedApp; withOwner: boolean }) {
  const client = useQueryClient();
  return (
    <tr>
      <td className="font-medium break-words text-fg">
        {app.name} <span className="block text-meta font-normal text-fg-3">{app.returns_to}</span>
      </td>
      {withOwner && <td>{app.owner.name}</td>}
      <td>{REACHES[app.reach]}</td>
      <td className="tnum" title={app.last_used_ip ? `From ${app.last_used_ip}` : undefined}>
        {app.last_used_at ? ago(app.last_used_at) : <span className="text-fg-3">never</span>}
      </td>
      <td>
        <Badge kind={APP_STATES[app.state].kind}>{APP_STATES[app.state].label}</Badge>
      </td>
      <td className="text-right">
        {app.state === "active" && (
          <Ending
            verb="Disconnect"
            name={app.name}
            text="It is refused from its next request on. It can ask again."
            end={() => remove("/connected-apps/{id}", { path: { id: app.id } })}
            onEnded={() => client.invalidateQueries({ queryKey: connectedAppsQuery().queryKey })}
          />
        )}
      </td>
    </tr>
  );
}

/** The apps themselves, for administrators. */
function Registrations() {
  const client = useQueryClient();
  const registrations = useQuery(appRegistrationsQuery()).data ?? [];
  const may = useMay("service_account", "delete");
  if (registrations.length === 0) return null;
  const reload = () =>
    Promise.all(
      [appRegistrationsQuery(), connectedAppsQuery()].map(({ queryKey }) => client.invalidateQueries({ queryKey })),
    );
  const row = (app: AppRegistration) => (
    <tr key={app.id}>
      <td className="font-medium break-words text-fg">{app.name}</td>
      <td className="break-all">{app.redirect_uris.join(", ")}</td>
      <td className="tnum">{date(app.created_at.slice(0, 10))}</td>
      <td className="tnum">{app.people}</td>
      <td className="text-right whitespace-nowrap">
        {app.sent_away_at ? (
          <Badge kind="outline">Sent away</Badge>
        ) : (
          may && (
            <Ending
              verb="Send away"
              name={app.name}
              text="Whoever has it connected has it no longer, and nobody here can connect it again."
              end={() => remove("/app-registrations/{id}", { path: { id: app.id } })}
              onEnded={reload}
            />
          )
        )}
      </td>
    </tr>
  );
  return (
    <>
      <h3 className="text-section text-fg">Registered apps</h3>
      <PlainTable
        heads={[
          { label: "Calls itself" },
          { label: "Returns to" },
          { label: "Since" },
          { label: "People" },
          { label: "" },
        ]}
      >
        {registrations.map(row)}
      </PlainTable>
    </>
  );
}

function Ending(props: {
  verb: string;
  name: string;
  text: string;
  end: () => Promise<unknown>;
  onEnded: () => Promise<unknown>;
}) {
  const { verb, name } = props;
  const [asking, setAsking] = useState(false);
  const ending = useMutation({
    mutationFn: () => props.end().then(props.onEnded),
    onSuccess: () => {
      setAsking(false);
      told(`“${name}” has no access any more`);
    },
    onError: (error) => failed("Nothing has changed", sentence(error)),
  });
  return (
    <>
      <Button size="row" variant="danger" aria-label={`${verb}: ${name}`} onClick={() => setAsking(true)}>
        {verb}
      </Button>
      {asking && (
        <Confirm
          title={`${verb} “${name}”?`}
          verb={verb}
          pending={ending.isPending}
          onConfirm={() => ending.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>{props.text} What it did stays in the audit log.</p>
        </Confirm>
      )}
    </>
  );
}
