/** Servers of tools that are not ours: what they offer, and what of it the assistant may ask. */
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Plus, Unplug } from "lucide-react";
import { useState } from "react";
import { patch, post, put, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { OutsideTool, ToolServer } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Confirm } from "@/components/ui/confirm";
import { Card, Empty } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { AdminPage } from "@/features/admin/layout";
import { ago } from "@/lib/format";
import { NewToolServer } from "./new-tool-server";
import { toolServersQuery } from "./queries";

export function OutsideTools() {
  const servers = useSuspenseQuery(toolServersQuery()).data;
  const may = useMay("guardrail", "update");
  const [adding, setAdding] = useState(false);
  return (
    <AdminPage
      title="Outside tools"
      text="Tools of other servers that people can ask the assistant for by name: “ask weather.forecast for Rome”. What they answer is quoted, and never acted on."
      aside={
        may && (
          <Button variant="primary" onClick={() => setAdding(true)}>
            <Plus /> Add a server
          </Button>
        )
      }
    >
      {servers.length === 0 ? (
        <Empty icon={Unplug} title="No outside tools">
          Add a server that speaks the Model Context Protocol, look at what it offers, and allow what you trust.
        </Empty>
      ) : (
        servers.map((server) => <Server key={server.id} server={server} may={may} />)
      )}
      {adding && <NewToolServer onClose={() => setAdding(false)} />}
    </AdminPage>
  );
}

function useServers() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: toolServersQuery().queryKey });
}

function Server({ server, may }: { server: ToolServer; may: boolean }) {
  const reload = useServers();
  const [removing, setRemoving] = useState(false);
  const onError = (error: unknown) => failed("Nothing has changed", sentence(error));
  const path = { id: server.id };
  const look = useMutation({ mutationFn: () => post("/tool-servers/{id}/look", { path }), onSettled: reload, onError });
  const turn = useMutation({
    mutationFn: (enabled: boolean) => patch("/tool-servers/{id}", { path, body: { enabled }, ifMatch: server.version }),
    onSettled: reload,
    onError,
  });
  const drop = useMutation({ mutationFn: () => remove("/tool-servers/{id}", { path }), onSettled: reload, onError });
  return (
    <Card
      title={server.name}
      aside={
        may && (
          <span className="inline-flex flex-wrap gap-1.5">
            <Button size="row" busy={look.isPending && "Testing"} onClick={() => look.mutate()}>
              Test connection
            </Button>
            <Button size="row" onClick={() => turn.mutate(!server.enabled)}>
              {server.enabled ? "Switch off" : "Switch on"}
            </Button>
            <Button size="row" variant="danger" aria-label={`Remove ${server.name}`} onClick={() => setRemoving(true)}>
              Remove
            </Button>
          </span>
        )
      }
    >
      <div className="flex flex-col gap-2 px-4 py-3 text-cell">
        <p className="break-all text-fg-2">
          {server.url} {!server.enabled && <Badge kind="outline">Off</Badge>}{" "}
          {server.has_secret && <Badge kind="outline">With a secret</Badge>}
        </p>
        {server.problem && (
          <p role="alert" className="break-words text-bad-text">
            It could not be asked: {server.problem}.
          </p>
        )}
        <p className="text-meta text-fg-3">
          {server.checked_at ? `Looked at ${ago(server.checked_at)}` : "Not looked at yet: test the connection."}
        </p>
        <ul>
          {server.tools.map((tool) => (
            <Tool key={tool.name} server={server} tool={tool} may={may} />
          ))}
        </ul>
      </div>
      {removing && (
        <Confirm
          title={`Remove “${server.name}”?`}
          verb="Remove"
          pending={drop.isPending}
          onConfirm={() => drop.mutate()}
          onClose={() => setRemoving(false)}
        >
          <p>None of its tools can be asked any more, and its secret is deleted.</p>
        </Confirm>
      )}
    </Card>
  );
}

const NOTES: Partial<Record<OutsideTool["state"], string>> = {
  changed: "It has changed since it was allowed, and is off. Read it again, then allow it.",
  gone: "Its server offers it no longer.",
  writes: "Its server does not say that it only reads, so it can’t be allowed.",
};

function Tool({ server, tool, may }: { server: ToolServer; tool: OutsideTool; may: boolean }) {
  const reload = useServers();
  const allow = useMutation({
    mutationFn: (allowed: boolean) =>
      put("/tool-servers/{id}/tools", {
        path: { id: server.id },
        body: { name: tool.name, allowed, fingerprint: tool.fingerprint },
      }),
    onSettled: reload,
    onError: (error) => failed("Nothing has changed", sentence(error)),
  });
  const never = tool.state === "gone" || tool.state === "writes";
  return (
    <li className="border-t border-line py-2">
      <label className="flex items-start gap-2.5">
        <Checkbox
          className="mt-0.5"
          aria-label={`Allow ${tool.full_name}`}
          checked={tool.state === "allowed"}
          disabled={!may || never || allow.isPending}
          onCheckedChange={(on) => allow.mutate(on === true)}
        />
        <span className="min-w-0">
          <span className="font-medium break-all text-fg">{tool.full_name}</span>
          <span className="block break-words text-fg-2">{tool.about || "Its server says nothing about it."}</span>
          {NOTES[tool.state] && (
            <span className={tool.state === "changed" ? "block text-warn-text" : "block text-fg-3"}>
              {NOTES[tool.state]}
            </span>
          )}
        </span>
      </label>
      <details className="mt-1 pl-6 text-meta text-fg-3">
        <summary>What it is sent</summary>
        <pre className="scroll-thin overflow-x-auto font-mono text-code">{JSON.stringify(tool.arguments, null, 2)}</pre>
      </details>
    </li>
  );
}
