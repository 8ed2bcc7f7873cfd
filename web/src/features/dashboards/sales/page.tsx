/** The sales dashboard: figures, the way through the stages, won by month and by whom. What it is asked for stands in the URL. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Printer } from "lucide-react";
import { teamsQuery, useFields, useOptions } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { date, daysUntil, plural, time } from "@/lib/format";
import { Headline } from "./headline";
import { Parts } from "./parts";
import { figuresQuery } from "./queries";
import { PERIODS, readPeriod, type Scope } from "./scope";
import { Stages } from "./stages";
import { Velocity } from "./velocity";
import { WonLost } from "./won-lost";

export function Sales({ scope }: { scope: Scope }) {
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(figuresQuery(scope));
  const ask = (next: Scope) => {
    const search = Object.fromEntries(Object.entries({ ...scope, ...next }).filter(([, value]) => value));
    void navigate({ to: "/dashboards", search, replace: true });
  };
  const left = daysUntil(data.to);
  return (
    <div className="flex flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">{PERIODS.find(([p]) => p === readPeriod(scope.period))?.[1]}</h1>
          <p className="text-cell text-fg-3">
            {date(data.from)} to {date(data.to)}
            {left > 0 && `, ${plural(left, "day")} left`}; of the deals that you see, as of {time(data.as_of)}
          </p>
        </div>
        <Pickers scope={scope} onScope={ask} />
      </header>
      <Headline report={data} scope={scope} />
      {data.previous_from && (
        <p className="-mt-2 text-meta text-fg-3">
          Against {date(data.previous_from)} to {date(data.previous_to)}. Each figure leads to its deals.
        </p>
      )}
      <Velocity report={data} scope={scope} />
      <div className="grid gap-4 xl:grid-cols-2">
        <Stages scope={scope} />
        <WonLost scope={scope} />
      </div>
      <Parts scope={scope} onScope={ask} />
    </div>
  );
}

function Pickers({ scope, onScope }: { scope: Scope; onScope: (next: Scope) => void }) {
  const teams = useQuery(teamsQuery()).data ?? [];
  const regions = useOptions("region", scope.region ?? null);
  const hidesRegion = useFields("opportunity").hides("region_id");
  return (
    <div className="flex flex-wrap gap-2" data-print="hide">
      <Select
        aria-label="Period"
        className="w-36"
        value={readPeriod(scope.period)}
        onChange={(e) => onScope({ period: readPeriod(e.target.value) })}
      >
        {PERIODS.map(([period, label]) => (
          <option key={period} value={period}>
            {label}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Whose"
        className="w-36"
        key={teams.length}
        value={scope.whose ?? ""}
        onChange={(e) => onScope({ whose: e.target.value })}
      >
        <option value="">Everybody’s</option>
        <option value="me">Mine</option>
        <optgroup label="Teams">
          {teams.map((team) => (
            <option key={team.id} value={team.id}>
              {team.name}
            </option>
          ))}
        </optgroup>
      </Select>
      {!hidesRegion && (
        <Select
          aria-label="Region"
          className="w-32"
          key={`r${regions.length}`}
          value={scope.region ?? ""}
          onChange={(e) => onScope({ region: e.target.value })}
        >
          <option value="">All regions</option>
          {regions.map((region) => (
            <option key={region.id} value={region.id}>
              {region.name}
            </option>
          ))}
        </Select>
      )}
      <Button onClick={() => window.print()}>
        <Printer /> Print
      </Button>
    </div>
  );
}
