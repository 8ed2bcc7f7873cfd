import type { MatchingRule, DuplicateAnswer } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";

const ANSWERS: [DuplicateAnswer, string][] = [
  ["off", "Do nothing"],
  ["report", "Save and list it"],
  ["warn", "Warn"],
  ["block", "Refuse"],
];

const FIELDS: Record<MatchingRule["object"], [string, string][]> = {
  account: [
    ["name", "Name"],
    ["domain", "Domain"],
    ["phone", "Phone"],
  ],
  contact: [
    ["first_name", "First name"],
    ["last_name", "Last name"],
    ["account_id", "Account"],
    ["email", "E-mail"],
    ["phone", "Phone"],
  ],
  lead: [
    ["first_name", "First name"],
    ["last_name", "Last name"],
    ["company", "Company"],
    ["email", "E-mail"],
    ["phone", "Phone"],
    ["website", "Website"],
  ],
};

const TITLES = { account: "Accounts", contact: "Contacts", lead: "Leads" };

export type RuleChange = Pick<MatchingRule, "object" | "version"> &
  Partial<Pick<MatchingRule, "fields" | "threshold" | "on_create" | "on_update" | "calling_code">>;

export function MatchingRuleCard(props: { rule: MatchingRule; may: boolean; onChange: (change: RuleChange) => void }) {
  const { rule, may } = props;
  const change = (part: Partial<RuleChange>) => props.onChange({ object: rule.object, version: rule.version, ...part });
  const toggle = (field: string, on: boolean) =>
    change({ fields: on ? [...rule.fields, field] : rule.fields.filter((f) => f !== field) });
  return (
    <Card title={TITLES[rule.object]}>
      <fieldset disabled={!may} className="flex flex-col gap-3 px-4 py-3">
        <legend className="sr-only">Rule for {TITLES[rule.object].toLowerCase()}</legend>
        <div role="group" aria-label="Compared" className="flex flex-wrap gap-x-4 gap-y-2">
          {FIELDS[rule.object].map(([field, label]) => (
            <label key={field} className="flex items-center gap-2 text-cell text-fg-2">
              <Checkbox
                checked={rule.fields.includes(field)}
                disabled={!may || (rule.fields.length === 1 && rule.fields.includes(field))}
                onCheckedChange={(on) => toggle(field, on === true)}
              />
              {label}
            </label>
          ))}
        </div>
        <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
          {(["on_create", "on_update"] as const).map((moment) => (
            <Field key={moment} label={moment === "on_create" ? "When added" : "When changed"}>
              {(w) => (
                <Select
                  {...w}
                  value={rule[moment]}
                  onChange={(e) => change({ [moment]: e.target.value as DuplicateAnswer })}
                >
                  {ANSWERS.map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          ))}
          <Field label="Likely from, %">
            {(w) => (
              <Input
                {...w}
                key={rule.threshold}
                type="number"
                min={1}
                max={100}
                defaultValue={rule.threshold}
                onBlur={(e) =>
                  Number(e.target.value) !== rule.threshold && change({ threshold: Number(e.target.value) })
                }
              />
            )}
          </Field>
          <Field label="Calling code">
            {(w) => (
              <Input
                {...w}
                key={rule.calling_code}
                inputMode="numeric"
                placeholder="49"
                maxLength={4}
                defaultValue={rule.calling_code}
                onBlur={(e) => e.target.value !== rule.calling_code && change({ calling_code: e.target.value })}
              />
            )}
          </Field>
        </div>
      </fieldset>
    </Card>
  );
}
