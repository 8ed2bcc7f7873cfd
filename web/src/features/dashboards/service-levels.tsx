/** The dashboard of service levels: cards; what they are asked for stands in the URL. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { teamsQuery } from "@/api/shared";
import { Select } from "@/components/ui/input";
import { date } from "@/lib/format";
import { Figures } from "./figures";
import { MonthChart } from "./month-chart";
import { Parts } from "./parts";
import { Worklist } from "./worklist";
import { adherenceQuery, PERIODS, readPeriod, type Asked } from "./queries";

export function ServiceLevels({ asked }: { asked: Asked }) {
  const navigate = useNavigate({ from: "/dashboards/service-levels" });
  const { data } = useSuspenseQuery(adherenceQuery(asked));
  const teams = useQuery(teamsQuery()).data ?? [];
  // From what was asked last, which may not be shown yet.
  const change = (search: (last: Asked) => Asked) => void navigate({ to: ".", search, replace: true });
  const ask = (next: Asked) => change((last) => ({ ...last, ...next }));
  const withoutTeam = ({ team, ...rest }: Asked): Asked => rest;
  const withoutRule = ({ rule, ...rest }: Asked): Asked => rest;
  const rules = data.by_rule.flatMap((part) => (part.of ? [part.of] : []));
  return (
    <div className="flex flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Service levels</h1>
          <p className="text-cell text-fg-3">
            {date(data.from)} to {date(data.to)}, of the records that you see
          </p>
        </div>
        <div className="flex flex-wrap gap-2" data-print="hide">
          <Select
            aria-label="Period"
            className="w-40"
            value={readPeriod(asked.period)}
            onChange={(e) => ask({ period: readPeriod(e.target.value) })}
          >
            {PERIODS.map(([period, label]) => (
              <option key={period} value={period}>
                {label}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Rule"
            className="w-48"
            value={asked.rule ?? ""}
            onChange={(e) => (e.target.value === "" ? change(withoutRule) : ask({ rule: e.target.value }))}
          >
            <option value="">All rules</option>
            {rules.map((rule) => (
              <option key={rule.id} value={rule.id}>
                {rule.name}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Team"
            className="w-40"
            key={teams.length}
            value={asked.team ?? ""}
            onChange={(e) => (e.target.value === "" ? change(withoutTeam) : ask({ team: e.target.value }))}
          >
            <option value="">All teams</option>
            {teams.map((team) => (
              <option key={team.id} value={team.id}>
                {team.name}
              </option>
            ))}
          </Select>
        </div>
      </header>
      <Figures data={data} />
      <div className="grid gap-4 xl:grid-cols-2">
        <MonthChart months={data.by_month} />
        <Parts title="By rule" parts={data.by_rule} nobody="No rule" />
        <Worklist asked={asked} onAsk={ask} />
        <div className="flex flex-col gap-4">
          <Parts title="By team" parts={data.by_team} nobody="No team" />
          <Parts title="By owner" parts={data.by_owner} nobody="Nobody" />
        </div>
      </div>
    </div>
  );
}
