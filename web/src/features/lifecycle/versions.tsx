import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "@/api/problem";
import type { Lifecycle, LifecycleVersion } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime, plural } from "@/lib/format";
import { complete, differences } from "./model";
import { adoptAll } from "./publish";
import { versionQuery } from "./queries";

/** What was in force, since when, by whom, and how many open deals still run under it. */
export function Versions(props: { id: string; lifecycle: Lifecycle; nameOf: (id: string) => string }) {
  const { lifecycle } = props;
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const behind = lifecycle.versions.filter((v) => v.number !== lifecycle.number).reduce((n, v) => n + v.open_deals, 0);
  const adopt = async () => {
    setBusy(true);
    try {
      told(`${plural(await adoptAll(props.id), "open deal")} moved over to version ${lifecycle.number}`);
    } catch (error) {
      failed("Not all deals were moved over", sentence(error));
    }
    await client.invalidateQueries({ queryKey: ["lifecycles"] });
    setBusy(false);
  };
  return (
    <Card
      title="Versions"
      aside={
        behind > 0 && (
          <Button size="card" busy={busy && "Moving"} onClick={() => void adopt()}>
            Move {plural(behind, "open deal")} to version {lifecycle.number}
          </Button>
        )
      }
    >
      <ul aria-label="Versions">
        {lifecycle.versions.map((v) => (
          <Version key={v.number} {...props} version={v} />
        ))}
      </ul>
    </Card>
  );
}

function Version(props: {
  id: string;
  lifecycle: Lifecycle;
  nameOf: (id: string) => string;
  version: LifecycleVersion;
}) {
  const { version: v, lifecycle } = props;
  const [open, setOpen] = useState(false);
  const { data: now } = useQuery({ ...versionQuery(props.id, v.number), enabled: open });
  const { data: old } = useQuery({ ...versionQuery(props.id, v.number - 1), enabled: open && v.number > 1 });
  const changes = now && old ? differences(complete(old), complete(now), props.nameOf) : [];
  return (
    <li className="border-b border-line px-4 py-2 text-cell last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium text-fg">Version {v.number}</span>
        {v.number === lifecycle.number && <Badge kind="ok">In force</Badge>}
        <span className="text-fg-3">
          {v.published_by ? `${v.published_by.name}, ` : ""}
          {dateTime(v.published_at)}
        </span>
        <span className="ml-auto text-fg-3">{plural(v.open_deals, "open deal")}</span>
        {v.number > 1 && (
          <Button size="row" aria-expanded={open} onClick={() => setOpen(!open)}>
            What changed
          </Button>
        )}
      </div>
      {v.note && <p className="text-fg-2">{v.note}</p>}
      {open && (
        <ul aria-label={`Changes of version ${v.number}`} className="list-disc py-1 pl-5 text-fg-2">
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
    </li>
  );
}
