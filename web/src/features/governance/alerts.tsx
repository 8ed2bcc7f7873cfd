/** From when on the administrators are told, and what they were told of. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { put } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { AlertEpisode, AlertRule } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { told } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { ALERTS } from "./quality-words";
import { alertsQuery } from "./queries";

/** Episodes that are shown before one asks for more. */
const FEW = 5;

export function Alerts({ alerts }: { alerts: { rules: AlertRule[]; episodes: AlertEpisode[] } }) {
  const [all, setAll] = useState(false);
  const lasting = alerts.episodes.filter((episode) => !episode.ended_at).length;
  const shown = all ? alerts.episodes : alerts.episodes.slice(0, Math.max(FEW, lasting));
  return (
    <Card
      title={<>Alerts {lasting > 0 ? <Badge kind="bad">{lasting} now</Badge> : <Badge kind="ok">None now</Badge>}</>}
    >
      <ul>
        {shown.map((episode) => (
          <li
            key={episode.id}
            className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-b border-line px-4 py-2 text-cell"
          >
            <span className="min-w-0 flex-1 basis-56 text-fg">
              {episode.name}
              {episode.person && <span className="text-fg-3"> ({episode.person.name})</span>}
            </span>
            <span className="text-meta text-fg-3 tnum">
              {dateTime(episode.began_at)}
              {episode.ended_at ? ` to ${dateTime(episode.ended_at)}` : ", goes on"}
            </span>
          </li>
        ))}
      </ul>
      {shown.length < alerts.episodes.length && (
        <p className="border-b border-line px-4 py-2">
          <Button size="row" onClick={() => setAll(true)}>
            Show earlier ones
          </Button>
        </p>
      )}
      <ul>
        {alerts.rules.map((rule) => (
          <Rule key={`${rule.kind}${rule.version}`} rule={rule} />
        ))}
      </ul>
    </Card>
  );
}

function Rule({ rule }: { rule: AlertRule }) {
  const client = useQueryClient();
  const mayWrite = useMay("guardrail", "update");
  const words = ALERTS[rule.kind];
  const [active, setActive] = useState(rule.active);
  const [threshold, setThreshold] = useState(String(rule.threshold));
  const [minutes, setMinutes] = useState(String(rule.window_minutes));
  const changed =
    active !== rule.active || Number(threshold) !== rule.threshold || Number(minutes) !== rule.window_minutes;
  const save = useMutation({
    mutationFn: () =>
      put("/ai/alert-rules/{rule}", {
        path: { rule: rule.kind },
        ifMatch: rule.version,
        body: { active, threshold: Number(threshold), window_minutes: words.window ? Number(minutes) : null },
      }),
    onSuccess: () => told("The alert is set"),
    onSettled: () => client.invalidateQueries({ queryKey: alertsQuery().queryKey }),
  });
  return (
    <li className="border-b border-line px-4 py-2 text-cell last:border-0">
      <form
        className="flex flex-wrap items-center gap-x-3 gap-y-1"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <label className="flex min-w-0 flex-1 basis-56 items-center gap-2 text-fg">
          <Checkbox checked={active} disabled={!mayWrite} onCheckedChange={(on) => setActive(on === true)} />
          {words.label}
        </label>
        <label className="flex items-center gap-1.5 text-fg-2">
          from
          <Input
            className="w-20 text-right tnum"
            inputMode="decimal"
            aria-label={`${words.label}: from`}
            disabled={!mayWrite || rule.kind === "budget_100"}
            value={threshold}
            onChange={(e) => setThreshold(e.target.value)}
          />
          {words.unit}
        </label>
        {words.window && (
          <label className="flex items-center gap-1.5 text-fg-2">
            over
            <Input
              className="w-20 text-right tnum"
              inputMode="numeric"
              aria-label={`${words.label}: minutes`}
              disabled={!mayWrite}
              value={minutes}
              onChange={(e) => setMinutes(e.target.value)}
            />
            minutes
          </label>
        )}
        {mayWrite && changed && (
          <Button type="submit" size="row" busy={save.isPending && "Saving"}>
            Save
          </Button>
        )}
      </form>
      {save.error && (
        <p role="alert" className="text-meta text-bad-text">
          {sentence(save.error)}
        </p>
      )}
    </li>
  );
}
