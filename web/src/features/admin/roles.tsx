import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/shared";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { number } from "@/lib/format";
import { roleGridQuery, rolesQuery } from "./queries";
import { RoleFoot } from "./role-foot";
import { RoleGrid } from "./role-grid";
import { RoleHead } from "./role-head";
import { LeaveDrafts } from "./role-leave";
import { changed, type Draft } from "./role-words";

export function Roles({ chosen }: { chosen: string | undefined }) {
  const roles = useSuspenseQuery(rolesQuery()).data;
  const grid = useSuspenseQuery(roleGridQuery()).data.objects;
  const mayUpdate = useMay("role", "update");
  // Unsaved changes stay while one looks at another role.
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const role = roles.find((r) => r.id === chosen) ?? roles[0];
  if (!role) return null;
  const draft = drafts[role.id] ?? {};
  const setDraft = (next: Draft) => setDrafts({ ...drafts, [role.id]: next });
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 scroll-thin overflow-y-auto" tabIndex={0} role="region" aria-label="Role">
        <RoleHead key={role.id} role={role} roles={roles} />
        <TabRow label="Roles" className="h-9 border-b border-line px-2 md:px-3">
          {roles.map((r) => (
            <Link
              key={r.id}
              to="/admin/roles"
              search={{ role: r.id }}
              replace
              className={tabClass(r.id === role.id)}
              aria-current={r.id === role.id ? "page" : undefined}
            >
              {r.name} <span className="text-fg-3 tnum">{number(r.holders)}</span>
              {Object.keys(drafts[r.id] ?? {}).length > 0 && (
                <span className="size-1.5 rounded-full bg-accent" role="img" aria-label="unsaved changes" />
              )}
            </Link>
          ))}
        </TabRow>
        <RoleGrid
          role={role}
          grid={grid}
          draft={draft}
          readOnly={role.administrator || !mayUpdate}
          onSet={(object, action, scope) => setDraft(changed(role, draft, object, action, scope))}
        />
      </div>
      <RoleFoot role={role} draft={draft} onDraft={setDraft} />
      <LeaveDrafts dirty={Object.values(drafts).some((d) => Object.keys(d).length > 0)} />
    </div>
  );
}
