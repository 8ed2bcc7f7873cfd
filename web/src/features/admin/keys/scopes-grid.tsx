import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import type { Scope } from "@/api/types";
import { PlainTable } from "../layout";
import type { Scopes } from "./queries";

const ORDER: Scope[] = ["none", "own", "team", "all"];
const WORDS: Record<Scope, string> = { none: "–", own: "Own", team: "Team", all: "All" };
const ACTIONS: [action: string, label: string][] = [
  ["read", "View"],
  ["create", "Create"],
  ["update", "Edit"],
  ["delete", "Delete"],
];

/** Only what is granted; the server takes nothing else. */
const only = (limit: Scopes, wanted: (action: string) => boolean): Scopes =>
  Object.fromEntries(
    Object.entries(limit).map(([object, actions]) => [
      object,
      Object.fromEntries(Object.entries(actions).filter(([action]) => wanted(action))),
    ]),
  );

/** What a key may do, object by object: never more than `limit`. */
export function ScopesGrid(props: { limit: Scopes; value: Scopes; onChange: (value: Scopes) => void }) {
  const { limit, value, onChange } = props;
  const set = (object: string, action: string, scope: Scope) => {
    const { [action]: _, ...others } = value[object] ?? {};
    onChange({ ...value, [object]: scope === "none" ? others : { ...others, [action]: scope } });
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-meta font-medium text-fg-2">What it may do</legend>
      <div className="flex flex-wrap gap-2">
        <Button size="row" onClick={() => onChange(only(limit, (action) => action === "read"))}>
          View all that its owner may
        </Button>
        <Button size="row" onClick={() => onChange(only(limit, () => true))}>
          Everything its owner may
        </Button>
        <Button size="row" onClick={() => onChange({})}>
          Nothing
        </Button>
      </div>
      <PlainTable heads={[{ label: "Object" }, ...ACTIONS.map(([, label]) => ({ label }))]}>
        {Object.entries(limit).map(([object, actions]) => (
          <tr key={object}>
            <td className="font-medium text-fg first-letter:uppercase">{object.replaceAll("_", " ")}</td>
            {ACTIONS.map(([action, label]) => {
              const most = actions[action];
              return (
                <td key={action}>
                  {most ? (
                    <Select
                      aria-label={`${label} ${object.replaceAll("_", " ")}`}
                      value={value[object]?.[action] ?? "none"}
                      onChange={(e) => set(object, action, e.target.value as Scope)}
                      className="w-20"
                    >
                      {ORDER.slice(0, ORDER.indexOf(most) + 1).map((scope) => (
                        <option key={scope} value={scope}>
                          {WORDS[scope]}
                        </option>
                      ))}
                    </Select>
                  ) : (
                    <span className="text-fg-3">–</span>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </PlainTable>
    </fieldset>
  );
}
