import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useOptions } from "@/api/shared";
import type { Stage } from "@/api/types";
import { RequiredFields, REQUIRABLE } from "@/components/crm/required-fields";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input, Select, Textarea } from "@/components/ui/input";
import type { Criteria, When } from "./model";
import { dealApprovalsQuery } from "./queries";

/** What a stage asks for, before deals enter it or before they leave it. */
export function CriteriaForm(props: {
  stage: Stage;
  when: When;
  value: Criteria;
  onChange: (criteria: Criteria) => void;
}) {
  const { value, onChange, stage } = props;
  const types = useOptions("document_type");
  const set = (more: Partial<Criteria>) => onChange({ ...value, ...more });
  const title = props.when === "entry" ? `Before a deal enters ${stage.name}` : `Before a deal leaves ${stage.name}`;
  return (
    <section aria-label={title} className="flex flex-col gap-4 border-t border-line px-4 py-3">
      <h3 className="text-cell font-semibold text-fg">{title}</h3>
      <RequiredFields
        kind={stage.kind}
        value={value.required}
        onChange={(required) => set({ required })}
        legend="Fields that must be filled"
      />
      <Conditions value={value.rules} onChange={(rules) => set({ rules })} />
      <fieldset>
        <legend className="mb-1 text-meta font-medium text-fg-2">Documents the deal must have</legend>
        <div className="flex flex-wrap gap-x-4">
          {types.map((t) => (
            <label key={t.id} className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
              <Checkbox
                checked={value.documents.includes(t.id)}
                onCheckedChange={(on) =>
                  set({ documents: on ? [...value.documents, t.id] : value.documents.filter((d) => d !== t.id) })
                }
              />
              {t.name}
            </label>
          ))}
        </div>
      </fieldset>
      <Items value={value.checklist} onChange={(checklist) => set({ checklist })} />
      <Approvals value={value.approvals} onChange={(approvals) => set({ approvals })} />
    </section>
  );
}

function Approvals(props: { value: string[]; onChange: (approvals: string[]) => void }) {
  const all = useQuery(dealApprovalsQuery()).data ?? [];
  if (all.length === 0 && props.value.length === 0) return null;
  return (
    <fieldset>
      <legend className="mb-1 text-meta font-medium text-fg-2">
        Approvals the deal must have, where it needs them
      </legend>
      <div className="flex flex-wrap gap-x-4">
        {all.map((a) => (
          <label key={a.id} className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
            <Checkbox
              checked={props.value.includes(a.id)}
              onCheckedChange={(on) =>
                props.onChange(on === true ? [...props.value, a.id] : props.value.filter((id) => id !== a.id))
              }
            />
            {a.name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Conditions(props: { value: Criteria["rules"]; onChange: (rules: Criteria["rules"]) => void }) {
  const put = (at: number, more: Partial<Criteria["rules"][number]>) =>
    props.onChange(props.value.map((rule, i) => (i === at ? { ...rule, ...more } : rule)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-meta font-medium text-fg-2">Conditions in CEL, as validation rules have them</legend>
      {props.value.map((rule, i) => (
        <div key={i} className="flex flex-col gap-2 rounded-lg border border-line p-2">
          <Textarea
            aria-label={`Condition ${i + 1}`}
            className="font-mono text-code"
            rows={2}
            spellCheck={false}
            placeholder="amount > 1000"
            value={rule.expression}
            onChange={(e) => put(i, { expression: e.target.value })}
          />
          <div className="flex flex-wrap gap-2">
            <Input
              aria-label={`Message of condition ${i + 1}`}
              className="min-w-0 flex-1 basis-48"
              placeholder="Say what is wrong, and what to do."
              value={rule.message}
              onChange={(e) => put(i, { message: e.target.value })}
            />
            <Select
              aria-label={`Field of condition ${i + 1}`}
              className="w-40"
              value={rule.field}
              onChange={(e) => put(i, { field: e.target.value })}
            >
              {Object.entries(REQUIRABLE).map(([field, label]) => (
                <option key={field} value={field}>
                  {label}
                </option>
              ))}
            </Select>
            <Button
              variant="quiet"
              size="icon"
              aria-label={`Remove condition ${i + 1}`}
              onClick={() => props.onChange(props.value.filter((_, n) => n !== i))}
            >
              <X />
            </Button>
          </div>
        </div>
      ))}
      <Button
        className="self-start"
        onClick={() => props.onChange([...props.value, { expression: "", message: "", field: "amount" }])}
      >
        <Plus /> Add condition
      </Button>
    </fieldset>
  );
}

function Items(props: { value: Criteria["checklist"]; onChange: (items: Criteria["checklist"]) => void }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-meta font-medium text-fg-2">Checklist</legend>
      {props.value.map((item, i) => (
        <div key={item.id} className="flex gap-2">
          <Input
            aria-label={`Item ${i + 1}`}
            placeholder="The buyer has seen a demo"
            value={item.label}
            maxLength={200}
            onChange={(e) =>
              props.onChange(props.value.map((o) => (o.id === item.id ? { ...o, label: e.target.value } : o)))
            }
          />
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Remove item ${i + 1}`}
            onClick={() => props.onChange(props.value.filter((o) => o.id !== item.id))}
          >
            <X />
          </Button>
        </div>
      ))}
      <Button className="self-start" onClick={() => props.onChange([...props.value, { id: newId(), label: "" }])}>
        <Plus /> Add item
      </Button>
    </fieldset>
  );
}

/** `crypto.randomUUID` is there on secure pages only. */
function newId(): string {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
