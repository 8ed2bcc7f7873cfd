import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { stageChoices, useOptions, usePipelines, usersQuery } from "@/api/shared";
import type { OptionKind, RuleObject } from "@/api/types";
import { fieldLabel, vocabularyQuery } from "@/components/crm/expression/query";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";
import { parseTags } from "@/lib/parse";
import type { Step, StepOf } from "./model";

const OPTIONS: Record<string, OptionKind> = {
  type_id: "opportunity_type",
  source_id: "source",
  industry_id: "industry",
  region_id: "region",
  lost_reason_id: "loss_reason",
  lost_to_id: "competitor",
  won_reason_id: "win_reason",
  status_id: "lead_status",
};
const NUMBERS = ["probability", "employees", "founded_year"];
const WORDS: Record<string, string[]> = {
  forecast_category: ["omitted", "pipeline", "best_case", "commit", "closed"],
  priority: ["low", "normal", "high"],
  rating: ["hot", "warm", "cold"],
};
const DATES = ["close_date", "follow_up_date", "due_date"];
/** What is said elsewhere, or differs from record to record. */
const LEFT_OUT = [
  "tags",
  "amount",
  "annual_revenue",
  "account_id",
  "primary_contact_id",
  "parent_id",
  "contact_id",
  "opportunity_id",
  "lead_id",
  "external_id",
];

/** Fields that become something, and tags that come and go. */
export function SetFields(props: {
  n: number;
  object: RuleObject;
  step: StepOf<"set_fields">;
  onChange: (step: Step) => void;
}) {
  const { step: s, n, object, onChange } = props;
  const fields = (useQuery(vocabularyQuery(object)).data?.fields ?? []).filter(
    (f) => !LEFT_OUT.includes(f) && !f.startsWith("custom."),
  );
  const set = Object.entries(s.set ?? {});
  const free = fields.filter((f) => !(f in (s.set ?? {})));
  const put = (entries: [string, unknown][]) => onChange({ ...s, set: Object.fromEntries(entries) });
  return (
    <div className="flex flex-col gap-2 text-cell">
      {set.map(([field, value], i) => (
        <div key={field} className="flex flex-wrap items-center gap-2">
          <Select
            aria-label={`Field ${i + 1} of step ${n}`}
            className="w-40"
            value={field}
            onChange={(e) => put(set.map((entry) => (entry[0] === field ? [e.target.value, ""] : entry)))}
          >
            {[field, ...free].map((f) => (
              <option key={f} value={f}>
                {fieldLabel(f)}
              </option>
            ))}
          </Select>
          becomes
          <Value
            label={`Value ${i + 1} of step ${n}`}
            field={field}
            value={value}
            onChange={(v) => put(set.map((entry) => (entry[0] === field ? [field, v] : entry)))}
          />
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Do not set ${fieldLabel(field)}`}
            onClick={() => put(set.filter(([f]) => f !== field))}
          >
            <X />
          </Button>
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          disabled={free.length === 0}
          onClick={() => free[0] && put([...set, [free.includes("next_step") ? "next_step" : free[0], ""]])}
        >
          <Plus /> Field
        </Button>
        {object !== "task" && (
          <>
            <Input
              aria-label={`Tags that step ${n} adds`}
              className="w-44"
              placeholder="Tags to add"
              defaultValue={(s.add_tags ?? []).join(", ")}
              onChange={(e) => onChange({ ...s, add_tags: parseTags(e.target.value) })}
            />
            <Input
              aria-label={`Tags that step ${n} takes away`}
              className="w-44"
              placeholder="Tags to take away"
              defaultValue={(s.remove_tags ?? []).join(", ")}
              onChange={(e) => onChange({ ...s, remove_tags: parseTags(e.target.value) })}
            />
          </>
        )}
      </div>
    </div>
  );
}

function Value(props: { label: string; field: string; value: unknown; onChange: (value: unknown) => void }) {
  const { field, value, onChange } = props;
  const kind = OPTIONS[field];
  const options = useOptions(kind ?? "source").map((o): [string, string] => [o.id, o.name]);
  const stages = stageChoices(usePipelines()).map(({ stage, label }): [string, string] => [stage.id, label]);
  const people = (useQuery(usersQuery()).data ?? [])
    .filter((u) => u.active)
    .map((u): [string, string] => [u.id, u.name]);
  const choices = kind
    ? options
    : field === "stage_id"
      ? stages
      : field === "owner_id" || field === "assignee_id"
        ? people
        : field === "done"
          ? [["true", "Yes"] as [string, string]]
          : (WORDS[field]?.map((word): [string, string] => [word, fieldLabel(word)]) ?? null);
  const text =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  if (choices) {
    return (
      <Select
        aria-label={props.label}
        className="w-52"
        value={text}
        onChange={(e) => onChange(field === "done" ? e.target.value === "true" : e.target.value)}
      >
        <option value="">Choose</option>
        {choices.map(([id, label]) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </Select>
    );
  }
  const type = NUMBERS.includes(field) ? "number" : DATES.includes(field) ? "date" : "text";
  return (
    <Input
      aria-label={props.label}
      type={type}
      className="min-w-0 flex-1 basis-40"
      value={text}
      onChange={(e) => onChange(type === "number" ? e.target.valueAsNumber || 0 : e.target.value)}
    />
  );
}
