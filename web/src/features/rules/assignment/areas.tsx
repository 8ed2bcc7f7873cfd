import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { teamsQuery, useOptions, usersQuery } from "@/api/shared";
import type { AssignmentArea } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";

const whose = (area: AssignmentArea): string =>
  area.user_id ? `user:${area.user_id}` : area.team_id ? `team:${area.team_id}` : "";

function given(area: AssignmentArea, to: string): AssignmentArea {
  const [kind, id] = to.split(":");
  return { ...area, user_id: kind === "user" ? (id ?? null) : null, team_id: kind === "team" ? (id ?? null) : null };
}

/** Territories, in their order: the first that holds the lead has it. */
export function Areas(props: { areas: AssignmentArea[]; onChange: (areas: AssignmentArea[]) => void }) {
  const { areas, onChange } = props;
  const set = (at: number, area: AssignmentArea) => onChange(areas.map((other, i) => (i === at ? area : other)));
  return (
    <fieldset>
      <legend className="mb-1 text-meta font-medium text-fg-2">Territories</legend>
      <p className="mb-2 text-meta text-fg-3">
        A country, a region or both, and whose it is. A team’s members take turns. The first that fits has the lead.
      </p>
      <ol className="flex flex-col gap-2">
        {areas.map((area, at) => (
          <AreaRow
            key={at}
            n={at + 1}
            area={area}
            onChange={(next) => set(at, next)}
            onRemove={() => onChange(areas.filter((_, i) => i !== at))}
          />
        ))}
      </ol>
      <Button type="button" className="mt-2" onClick={() => onChange([...areas, {}])}>
        <Plus /> Add a territory
      </Button>
    </fieldset>
  );
}

function AreaRow(props: {
  n: number;
  area: AssignmentArea;
  onChange: (area: AssignmentArea) => void;
  onRemove: () => void;
}) {
  const { n, area, onChange } = props;
  const regions = useOptions("region", area.region_id ?? null);
  const people = (useQuery(usersQuery()).data ?? []).filter((u) => u.active || u.id === area.user_id);
  const teams = useQuery(teamsQuery()).data ?? [];
  return (
    <li className="grid items-center gap-2 md:grid-cols-[1fr_1fr_1fr_auto]">
      <Input
        aria-label={`Country of territory ${n}`}
        placeholder="Any country"
        value={area.country ?? ""}
        maxLength={100}
        onChange={(e) => onChange({ ...area, country: e.target.value === "" ? null : e.target.value })}
      />
      <Select
        aria-label={`Region of territory ${n}`}
        value={area.region_id ?? ""}
        onChange={(e) => onChange({ ...area, region_id: e.target.value === "" ? null : e.target.value })}
      >
        <option value="">Any region</option>
        {regions.map((r) => (
          <option key={r.id} value={r.id}>
            {r.name}
          </option>
        ))}
      </Select>
      <Select
        aria-label={`Whose territory ${n} is`}
        key={`${people.length}-${teams.length}`}
        value={whose(area)}
        onChange={(e) => onChange(given(area, e.target.value))}
      >
        <option value="">Choose whose it is</option>
        <optgroup label="Teams">
          {teams.map((t) => (
            <option key={t.id} value={`team:${t.id}`}>
              {t.name}
            </option>
          ))}
        </optgroup>
        <optgroup label="People">
          {people.map((u) => (
            <option key={u.id} value={`user:${u.id}`}>
              {u.name}
            </option>
          ))}
        </optgroup>
      </Select>
      <Button type="button" variant="quiet" size="icon" aria-label={`Remove territory ${n}`} onClick={props.onRemove}>
        <X />
      </Button>
    </li>
  );
}
