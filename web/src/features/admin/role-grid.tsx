import { Lock } from "lucide-react";
import { Fragment, useRef, type KeyboardEvent } from "react";
import type { Role, RoleGrid as Grid, Scope } from "@/api/types";
import { cn } from "@/lib/cn";
import { PINNED } from "./layout";
import { Pips, ScopeCell } from "./scope-cell";
import { actionWord, columns, grantOf, groups, objectWord, type Draft } from "./role-words";

const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};
const LEVELS: Scope[] = ["none", "own", "team", "all"];

export function RoleGrid(props: {
  role: Role;
  grid: Grid["objects"];
  draft: Draft;
  readOnly: boolean;
  onSet: (object: string, action: string, scope: Scope) => void;
}) {
  const { role, grid, draft } = props;
  const table = useRef<HTMLTableElement>(null);
  const actions = columns(grid);
  const parts = groups(Object.keys(grid));
  const rows = parts.flatMap((part) => part.objects);

  /** Arrows go to the next cell that there is; 0 to 3 set the scope. */
  const onKeyDown = (event: KeyboardEvent, object: string, action: string) => {
    const scope = LEVELS[Number.parseInt(event.key, 10)];
    if (scope && grid[object]?.[action]?.includes(scope)) props.onSet(object, action, scope);
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    let [row, column] = [rows.indexOf(object) + step[0], actions.indexOf(action) + step[1]];
    while (rows[row] && actions[column]) {
      const cell = table.current?.querySelector<HTMLElement>(`[data-cell="${rows[row]}.${actions[column]}"]`);
      if (cell) {
        cell.focus();
        return;
      }
      [row, column] = [row + step[0], column + step[1]];
    }
  };

  return (
    <div className="scroll-thin overflow-x-auto">
      <table ref={table} className="w-full min-w-[640px] text-cell">
        <caption className="sr-only">What {role.name} may do, and how far</caption>
        <thead>
          <tr className="h-8 border-b border-line text-left text-meta text-fg-3">
            <th scope="col" className={cn("pr-2 pl-4 font-medium md:pl-5", PINNED)}>
              Object
            </th>
            {actions.map((action) => (
              <th key={action} scope="col" className="px-2 font-medium">
                {actionWord(action)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <Fragment key={part.title}>
              <tr className="h-7 border-b border-line bg-sunken">
                <th
                  scope="rowgroup"
                  colSpan={actions.length + 1}
                  className="pl-4 text-left text-meta font-medium text-fg-3 md:pl-5"
                >
                  {part.title}
                </th>
              </tr>
              {part.objects.map((object) => (
                <tr key={object} className="h-9 border-b border-line max-md:h-12">
                  <th
                    scope="row"
                    className={cn("pr-2 pl-4 text-left font-medium whitespace-nowrap text-fg md:pl-5", PINNED)}
                  >
                    {objectWord(object)}
                  </th>
                  {actions.map((action) => (
                    <td key={action} className="px-1">
                      <ScopeCell
                        id={`${object}.${action}`}
                        label={`${objectWord(object)}, ${actionWord(action)}`}
                        saved={grantOf(role, object, action)}
                        draft={draft[`${object}.${action}`]}
                        scopes={grid[object]?.[action]}
                        readOnly={props.readOnly}
                        onKeyDown={(event) => onKeyDown(event, object, action)}
                        onSet={(scope) => props.onSet(object, action, scope)}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
      <Legend readOnly={props.readOnly} administrator={role.administrator} />
    </div>
  );
}

function Legend({ readOnly, administrator }: { readOnly: boolean; administrator: boolean }) {
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-meta text-fg-3 md:px-5">
      {(
        [
          ["own", "Own records"],
          ["team", "Team and teams below"],
          ["all", "All"],
        ] as const
      ).map(([scope, words]) => (
        <span key={scope} className="inline-flex items-center gap-1.5">
          <Pips scope={scope} /> {words}
        </span>
      ))}
      {readOnly && (
        <span className="inline-flex items-center gap-1.5">
          <Lock className="size-3.5" aria-hidden />
          {administrator
            ? "The Administrator role grants everything, always."
            : "Only an administrator of roles can change this."}
        </span>
      )}
    </p>
  );
}
