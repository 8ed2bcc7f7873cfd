import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input, Select } from "@/components/ui/input";
import { ApproverPick } from "./approver-pick";
import { LEVEL, type Level, type Needs } from "./model";

/** The levels of an approval, in order. */
export function LevelsForm(props: { value: Level[]; onChange: (levels: Level[]) => void }) {
  const { value, onChange } = props;
  const put = (at: number, level: Level) => onChange(value.map((l, i) => (i === at ? level : l)));
  const swap = (at: number, by: number) => {
    const next = [...value];
    const [one, two] = [next[at], next[at + by]];
    if (!one || !two) return;
    [next[at], next[at + by]] = [two, one];
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-3">
      {value.map((level, i) => (
        <fieldset key={i} className="flex flex-col gap-3 rounded-lg border border-line-strong p-3">
          <legend className="px-1 text-meta font-medium text-fg-2">Level {i + 1}</legend>
          <div className="flex flex-wrap items-center gap-2">
            <Input
              aria-label={`Name of level ${i + 1}`}
              className="min-w-0 flex-1 basis-40"
              maxLength={100}
              value={level.name}
              onChange={(e) => put(i, { ...level, name: e.target.value })}
            />
            <Button
              variant="quiet"
              size="icon"
              aria-label={`Level ${i + 1} up`}
              disabled={i === 0}
              onClick={() => swap(i, -1)}
            >
              <ArrowUp />
            </Button>
            <Button
              variant="quiet"
              size="icon"
              aria-label={`Level ${i + 1} down`}
              disabled={i === value.length - 1}
              onClick={() => swap(i, 1)}
            >
              <ArrowDown />
            </Button>
            <Button
              variant="quiet"
              size="icon"
              aria-label={`Remove level ${i + 1}`}
              disabled={value.length === 1}
              onClick={() => onChange(value.filter((_, n) => n !== i))}
            >
              <X />
            </Button>
          </div>
          <Who n={i + 1} level={level} onChange={(l) => put(i, l)} />
          <Escalate n={i + 1} level={level} onChange={(l) => put(i, l)} />
        </fieldset>
      ))}
      <Button
        className="self-start"
        disabled={value.length >= 10}
        onClick={() => onChange([...value, { ...LEVEL, name: `Level ${value.length + 1}` }])}
      >
        <Plus /> Add level
      </Button>
    </div>
  );
}

interface Part {
  n: number;
  level: Level;
  onChange: (level: Level) => void;
}

function Who({ n, level, onChange }: Part) {
  const quorum = typeof level.needs === "object" ? level.needs.quorum : 2;
  const needs = typeof level.needs === "object" ? "quorum" : level.needs;
  const set = (word: string): Needs => (word === "quorum" ? { quorum } : word === "all" ? "all" : "any");
  return (
    <div className="flex flex-col gap-2">
      {level.approvers.map((approver, i) => (
        <div key={i} className="flex items-center gap-2">
          <ApproverPick
            label={`Approver ${i + 1} of level ${n}`}
            value={approver}
            onChange={(a) => onChange({ ...level, approvers: level.approvers.map((o, at) => (at === i ? a : o)) })}
          />
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Remove approver ${i + 1} of level ${n}`}
            disabled={level.approvers.length === 1}
            onClick={() => onChange({ ...level, approvers: level.approvers.filter((_, at) => at !== i) })}
          >
            <X />
          </Button>
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          disabled={level.approvers.length >= 20}
          onClick={() => onChange({ ...level, approvers: [...level.approvers, { kind: "team_lead" }] })}
        >
          <Plus /> Add approver
        </Button>
        <Select
          aria-label={`How many of level ${n}`}
          className="w-52"
          value={needs}
          onChange={(e) => onChange({ ...level, needs: set(e.target.value) })}
        >
          <option value="any">Any of them decides</option>
          <option value="all">All must approve</option>
          <option value="quorum">So many must approve</option>
        </Select>
        {needs === "quorum" && (
          <Input
            type="number"
            aria-label={`Quorum of level ${n}`}
            className="w-16"
            min={1}
            max={100}
            value={quorum}
            onChange={(e) =>
              onChange({ ...level, needs: { quorum: Math.max(1, Math.min(100, e.target.valueAsNumber || 1)) } })
            }
          />
        )}
      </div>
    </div>
  );
}

function Escalate({ n, level, onChange }: Part) {
  const e = level.escalation;
  return (
    <div className="flex flex-wrap items-center gap-2 text-cell text-fg-2">
      <label className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
        <Checkbox
          checked={e !== null}
          onCheckedChange={(on) =>
            onChange({ ...level, escalation: on === true ? { after_hours: 48, to: { kind: "manager", up: 2 } } : null })
          }
        />
        Escalate level {n}
      </label>
      {e && (
        <>
          <label className="flex items-center gap-1.5">
            after
            <Input
              type="number"
              aria-label={`Hours until level ${n} is escalated`}
              className="w-20"
              min={1}
              max={2160}
              value={e.after_hours}
              onChange={(event) => {
                const after_hours = Math.max(1, Math.min(2160, event.target.valueAsNumber || 1));
                onChange({ ...level, escalation: { ...e, after_hours } });
              }}
            />
            hours to
          </label>
          <ApproverPick
            label={`Level ${n} is escalated to`}
            value={e.to}
            onChange={(to) => onChange({ ...level, escalation: { ...e, to } })}
          />
        </>
      )}
    </div>
  );
}
