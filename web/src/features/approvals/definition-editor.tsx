import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { patch, post, remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { ApprovalDefinition, FieldError } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { DefinitionDryRun } from "./definition-dry-run";
import { LevelsForm } from "./level-form";
import { complete, forObject, NEW, OBJECTS, placeOf, sent, type Rules } from "./model";
import { Check, WhenForm } from "./when-form";

/** An approval: when it is needed, what it is for, who decides. Requests that are pending go on by the rules they began with. */
export function DefinitionEditor({ definition: d }: { definition: ApprovalDefinition | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(d?.name ?? "");
  const [description, setDescription] = useState(d?.description ?? "");
  const [active, setActive] = useState(d?.active ?? true);
  const [rules, setRules] = useState<Rules>(d ? complete(d.rules) : NEW);
  const [problems, setProblems] = useState<FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const change = (more: Partial<Rules>) => setRules({ ...rules, ...more });
  const act = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setProblems([]);
    try {
      await work();
      await client.invalidateQueries({ queryKey: ["approvals"] });
      told(done);
      await navigate({ to: "/admin/approvals" });
    } catch (error) {
      if (isApiError(error) && error.fields.length > 0) setProblems(error.fields);
      else failed("Not saved", sentence(error));
      setBusy(false);
    }
  };
  const body = { name: name.trim(), description: description.trim(), active, rules: sent(rules) };
  const save = () =>
    act(
      () =>
        d
          ? patch("/approval-definitions/{id}", { path: { id: d.id }, ifMatch: d.version, body })
          : post("/approval-definitions", { body }),
      d ? "Approval saved" : "Approval added",
    );
  const drop = (of: ApprovalDefinition) =>
    act(() => remove("/approval-definitions/{id}", { path: { id: of.id }, ifMatch: of.version }), "Approval deleted");
  const found = (field: string) => problems.find((p) => p.field === field)?.message;
  const elsewhere = problems.filter((p) => !["name", "rules.condition"].includes(p.field));
  return (
    <form
      noValidate
      className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <h1 className="text-title text-fg">{d ? d.name : "New approval"}</h1>
      {elsewhere.length > 0 && (
        <ul role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-cell text-bad-text">
          {elsewhere.map((p) => (
            <li key={p.field + p.message}>
              {placeOf(p.field, rules)}: {p.message}
            </li>
          ))}
        </ul>
      )}
      <div className="grid gap-3 md:grid-cols-[220px_1fr]">
        <Field label="Of what">
          {(w) => (
            <Select
              {...w}
              value={rules.object}
              disabled={d !== null}
              onChange={(e) => {
                const next = OBJECTS.find(([object]) => object === e.target.value);
                if (next) setRules(forObject(rules, next[0]));
              }}
            >
              {OBJECTS.map(([object, label]) => (
                <option key={object} value={object}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Name" required error={found("name")}>
          {(w) => (
            <Input
              {...w}
              maxLength={200}
              placeholder="Discount over 20 %"
              value={name}
              onChange={(e) => setName(e.target.value)}
            />
          )}
        </Field>
      </div>
      <Field label="What for" hint="Whoever asks reads it.">
        {(w) => (
          <Textarea
            {...w}
            rows={2}
            maxLength={2000}
            value={description}
            onChange={(e) => setDescription(e.target.value)}
          />
        )}
      </Field>
      <Card title="When">
        <div className="px-4 py-3">
          <WhenForm rules={rules} onChange={change} problem={found("rules.condition")} />
        </div>
      </Card>
      <Card title="Who decides">
        <div className="flex flex-col gap-3 px-4 py-3">
          <Field label="Levels are asked">
            {(w) => (
              <Select
                {...w}
                className="w-60"
                value={rules.order}
                onChange={(e) => change({ order: e.target.value === "parallel" ? "parallel" : "sequence" })}
              >
                <option value="sequence">One after the other</option>
                <option value="parallel">All at once</option>
              </Select>
            )}
          </Field>
          <LevelsForm value={rules.levels} onChange={(levels) => change({ levels })} />
          <Check
            label="Who asks may decide too"
            checked={rules.own_requests}
            onChange={(own_requests) => change({ own_requests })}
          />
          <Check
            label="Letters carry a link that decides once, without signing in"
            checked={rules.by_mail}
            onChange={(by_mail) => change({ by_mail })}
          />
        </div>
      </Card>
      {rules.object !== "proposal" && <DefinitionDryRun key={JSON.stringify(rules)} rules={rules} />}
      <Check label="In force" checked={active} onChange={setActive} />
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="primary" type="submit" busy={busy && "Saving"}>
          {d ? "Save approval" : "Add approval"}
        </Button>
        <Button disabled={busy} onClick={() => void navigate({ to: "/admin/approvals" })}>
          Cancel
        </Button>
        {d && (
          <Button variant="quietDanger" disabled={busy} onClick={() => void drop(d)}>
            Delete
          </Button>
        )}
      </div>
    </form>
  );
}
