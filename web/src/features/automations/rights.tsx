import { useQuery } from "@tanstack/react-query";
import { useMay, useMe } from "@/api/shared";
import type { Scope } from "@/api/types";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Card, SkeletonRows } from "@/components/ui/states";
import { needs, scoped, type Definition } from "./model";
import { grantableQuery, robotsQuery } from "./queries";

const ORDER: Scope[] = ["none", "own", "team", "all"];
const WHOSE: Record<Scope, string> = { none: "none", own: "its own", team: "of its team", all: "all" };
const ACTIONS: Record<string, string> = { read: "View", create: "Create", update: "Edit", delete: "Delete" };
const OBJECTS: Record<string, string> = {
  opportunity: "deals",
  account: "accounts",
  contact: "contacts",
  lead: "leads",
  task: "tasks",
};

/** Whom it acts for, and what it may do: what its steps need, as far as is chosen. */
export function Rights(props: { definition: Definition; onChange: (d: Definition) => void }) {
  const { definition: d, onChange } = props;
  const me = useMe();
  const mayGive = useMay("service_account", "read");
  const robots = useQuery({ ...robotsQuery(), enabled: mayGive }).data?.filter((r) => r.active) ?? [];
  const owner = d.run_as_id ?? me.user.id;
  const limit = useQuery(grantableQuery(owner)).data;
  const scopes = limit ? scoped(d, d.scopes, limit) : d.scopes;
  const set = (object: string, action: string, scope: Scope) =>
    onChange({ ...d, scopes: { ...scopes, [object]: { ...scopes[object], [action]: scope } } });
  return (
    <Card title="Rights">
      <div className="flex flex-col gap-3 px-4 py-3 text-cell">
        <Field label="Acts for" hint="It never does more than this person or account may by then.">
          {(w) => (
            <Select
              {...w}
              className="max-w-sm"
              value={owner}
              onChange={(e) =>
                onChange({ ...d, run_as_id: e.target.value === me.user.id ? null : e.target.value, scopes: {} })
              }
            >
              <option value={me.user.id}>Me, {me.user.name}</option>
              {robots.map((robot) => (
                <option key={robot.id} value={robot.id}>
                  {robot.name} (service account)
                </option>
              ))}
            </Select>
          )}
        </Field>
        {!limit && <SkeletonRows rows={2} />}
        {limit && (
          <ul className="flex flex-col gap-1">
            {needs(d).map(({ object, action, required }) => {
              const most = limit[object]?.[action] ?? "none";
              const label = `${ACTIONS[action] ?? action} ${OBJECTS[object] ?? object}`;
              return (
                <li key={object + action} className="flex flex-wrap items-center gap-2">
                  <span className="w-36">{label}</span>
                  <Select
                    aria-label={label}
                    className="w-36"
                    value={scopes[object]?.[action] ?? "none"}
                    onChange={(e) => set(object, action, e.target.value as Scope)}
                  >
                    {ORDER.slice(required ? 1 : 0, ORDER.indexOf(most) + 1).map((scope) => (
                      <option key={scope} value={scope}>
                        {WHOSE[scope]}
                      </option>
                    ))}
                  </Select>
                  {most === "none" && required && <span className="text-bad-text">whom it acts for may not</span>}
                  {!required && <span className="text-meta text-fg-3">for conditions that speak of them</span>}
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </Card>
  );
}
