/** Who may use which tool, and what of its proposals is applied without asking. */
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { rolesQuery } from "@/api/shared";
import type { GuardrailsInForce } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { added, changed, removed, type Draft, type DraftRule } from "./draft";

const APPROVALS: Record<DraftRule["approval"], { label: string; of: "change" | "task" | null }> = {
  always: { label: "A person approves each", of: null },
  own_tasks: { label: "Own tasks are made at once", of: "task" },
  below_amount: { label: "Deals below an amount are changed at once", of: "change" },
  agent_written: { label: "What an agent wrote is changed at once", of: "change" },
};

export function ToolRules(props: {
  rails: GuardrailsInForce;
  draft: Draft;
  currency: string;
  readOnly: boolean;
  errorAt: (field: string) => string | undefined;
  onChange: (draft: Draft) => void;
}) {
  const { rails, draft, readOnly, errorAt, onChange } = props;
  const first = rails.known_tools[0]?.name ?? "";
  return (
    <Card title="Tools" aside={<span className="text-meta text-fg-3">{draft.rules.length} of 500 rules</span>}>
      <p className="px-4 pt-3 text-cell text-fg-3">
        Without a rule, everybody whose role allows what a tool does may use it, and a person approves each proposal. A
        role&rsquo;s rules go before those for everybody.
      </p>
      <ul>
        {draft.rules.map((rule, at) => (
          <Rule
            key={rule.key}
            n={at + 1}
            rule={rule}
            tools={rails.known_tools}
            readOnly={readOnly}
            error={
              errorAt(`tools.${at}.tool`) ??
              errorAt(`tools.${at}.role_id`) ??
              errorAt(`tools.${at}.approval`) ??
              errorAt(`tools.${at}.below`)
            }
            onChange={(by) => onChange(changed(draft, rule.key, by))}
            onRemove={() => onChange(removed(draft, rule.key))}
          />
        ))}
      </ul>
      {!readOnly && (
        <p className="px-4 py-3">
          <Button type="button" onClick={() => onChange(added(draft, first, props.currency))}>
            <Plus /> Add a rule
          </Button>
        </p>
      )}
    </Card>
  );
}

function Rule(props: {
  n: number;
  rule: DraftRule;
  tools: GuardrailsInForce["known_tools"];
  readOnly: boolean;
  error: string | undefined;
  onChange: (by: Partial<DraftRule>) => void;
  onRemove: () => void;
}) {
  const { n, rule, tools, onChange } = props;
  const roles = useQuery(rolesQuery()).data ?? [];
  const tool = tools.find((one) => one.name === rule.tool);
  const proposes = tool?.proposes ?? null;
  const choices = Object.entries(APPROVALS).filter(([, { of }]) => of === null || of === proposes);
  return (
    <li className="border-b border-line px-4 py-3 last:border-0">
      <fieldset disabled={props.readOnly} className="flex flex-wrap items-end gap-2">
        <legend className="sr-only">Rule {n}</legend>
        <Field label="Tool" className="w-52 max-md:w-full" error={props.error} hint={tool?.about}>
          {(w) => (
            <Select {...w} value={rule.tool} onChange={(e) => onChange({ tool: e.target.value, approval: "always" })}>
              {!tool && <option value={rule.tool}>{rule.tool}</option>}
              {tools.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.name.includes(".") ? one.name : one.name.replaceAll("_", " ")}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="For" className="w-40 self-start">
          {(w) => (
            <Select {...w} value={rule.role} onChange={(e) => onChange({ role: e.target.value })}>
              <option value="">Everybody</option>
              {roles.map((role) => (
                <option key={role.id} value={role.id}>
                  {role.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Use" className="w-28 self-start">
          {(w) => (
            <Select
              {...w}
              value={rule.allowed ? "yes" : "no"}
              onChange={(e) => onChange({ allowed: e.target.value === "yes" })}
            >
              <option value="yes">Allowed</option>
              <option value="no">Denied</option>
            </Select>
          )}
        </Field>
        {proposes && rule.allowed && (
          <Field label="Approval" className="w-72 self-start">
            {(w) => (
              <Select
                {...w}
                value={rule.approval}
                onChange={(e) => onChange({ approval: e.target.value as DraftRule["approval"] })}
              >
                {choices.map(([value, { label }]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {rule.approval === "below_amount" && rule.allowed && (
          <Field label={`Below (${rule.currency})`} className="w-28 self-start">
            {(w) => (
              <Input
                {...w}
                inputMode="decimal"
                className="text-right tnum"
                value={rule.below}
                onChange={(e) => onChange({ below: e.target.value })}
              />
            )}
          </Field>
        )}
        {!props.readOnly && (
          <Button
            variant="quiet"
            size="icon"
            className="mt-5 ml-auto self-start"
            aria-label={`Remove rule ${n}`}
            onClick={props.onRemove}
          >
            <X />
          </Button>
        )}
      </fieldset>
    </li>
  );
}
