/** The line of small fields above what was said. */
import { Checkbox } from "@/components/ui/checkbox";
import { Input, Select } from "@/components/ui/input";
import { useOptions } from "@/api/shared";
import type { ActivityKind, OptionKind } from "@/api/types";
import type { Draft } from "./activity-edit";
import { ACTIVITY_KINDS, activityKind } from "./activity-kinds";

const NARROW = "w-auto max-w-full";

function Outcome({ list, value, onChange }: { list: OptionKind; value: string; onChange: (v: string) => void }) {
  const options = useOptions(list, value || null);
  return (
    <Select aria-label="Outcome" value={value} onChange={(e) => onChange(e.target.value)} className={NARROW}>
      <option value="">Outcome</option>
      {options.map((o) => (
        <option key={o.id} value={o.id}>
          {o.name}
        </option>
      ))}
    </Select>
  );
}

export function ActivityFacts(props: { draft: Draft; onChange: (more: Partial<Draft>) => void; owned: boolean }) {
  const { draft, onChange } = props;
  const kind = activityKind(draft.kind);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        aria-label="Kind"
        value={draft.kind}
        onChange={(e) => onChange({ kind: e.target.value as ActivityKind, outcome: "" })}
        className={NARROW}
      >
        {ACTIVITY_KINDS.map((k) => (
          <option key={k.id} value={k.id}>
            {k.label}
          </option>
        ))}
      </Select>
      {kind.directed && (
        <Select
          aria-label="Direction"
          value={draft.direction}
          onChange={(e) => onChange({ direction: e.target.value as Draft["direction"] })}
          className={NARROW}
        >
          <option value="out">From us</option>
          <option value="in">From them</option>
          <option value="">Either way</option>
        </Select>
      )}
      {kind.outcomes && (
        <Outcome list={kind.outcomes} value={draft.outcome} onChange={(outcome) => onChange({ outcome })} />
      )}
      {kind.timed && (
        <Input
          aria-label="Minutes"
          inputMode="numeric"
          placeholder="Minutes"
          value={draft.minutes}
          onChange={(e) => onChange({ minutes: e.target.value.replace(/\D/g, "").slice(0, 5) })}
          className="w-24"
        />
      )}
      <Input
        aria-label="When"
        type="datetime-local"
        value={draft.at}
        onChange={(e) => onChange({ at: e.target.value })}
        className="w-auto"
      />
      {draft.kind !== "note" && (
        <Input
          aria-label="Subject"
          placeholder="Subject"
          maxLength={500}
          value={draft.subject}
          onChange={(e) => onChange({ subject: e.target.value })}
          className="min-w-40 flex-1"
        />
      )}
      {draft.kind === "email" && props.owned && (
        <label className="flex min-h-8 items-center gap-1.5 text-cell text-fg-2">
          <Checkbox checked={draft.private} onCheckedChange={(on) => onChange({ private: on === true })} />
          Only I may see it
        </label>
      )}
    </div>
  );
}
