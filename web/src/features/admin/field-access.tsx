/** A matrix of fields by role: what each role hides or does not let be changed. */
import { useMutation, useQueryClient, useSuspenseQueries, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { put } from "@/api/client";
import { sentence } from "@/api/problem";
import { customFieldsQuery, useMe } from "@/api/shared";
import type { FieldLevel } from "@/api/types";
import { Select } from "@/components/ui/input";
import { TabRow, tabClass } from "@/components/ui/tabs";
import { failed } from "@/components/ui/toast";
import { cn } from "@/lib/cn";
import { AdminPage, PINNED } from "./layout";
import { FIELD_OBJECTS, type FieldObject } from "./field-objects";
import { roleFieldsQuery, rolesQuery } from "./queries";

const PLURAL = {
  opportunity: "Opportunities",
  account: "Accounts",
  contact: "Contacts",
  lead: "Leads",
  task: "Tasks",
};

const words = (field: string): string => {
  const said = field.replace(/_id$/, "").replaceAll("_", " ");
  return said.charAt(0).toUpperCase() + said.slice(1);
};

/** Changes one field of one role: the whole of its rules is sent, as the server wants it. */
function useSet() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (to: { role: string; object: FieldObject; field: string; level: FieldLevel | null }) => {
      const { fields, version } = await client.query({ ...roleFieldsQuery(to.role), staleTime: 0 });
      const { [to.field]: _, ...others } = fields[to.object] ?? {};
      const changed = { ...fields, [to.object]: to.level ? { ...others, [to.field]: to.level } : others };
      return put("/roles/{id}/fields", { path: { id: to.role }, body: { fields: changed, version } });
    },
    onSuccess: ({ data }, { role }) => {
      client.setQueryData(roleFieldsQuery(role).queryKey, data);
      void client.invalidateQueries({ queryKey: ["me"] });
    },
    onError: (error) => failed("The field’s access was not changed", sentence(error)),
  });
}

export function FieldAccess({ object }: { object: FieldObject }) {
  const roles = useSuspenseQuery(rolesQuery()).data;
  const rules = useSuspenseQueries({ queries: roles.map((r) => roleFieldsQuery(r.id)) });
  const fields = rules[0]?.data.restrictable[object] ?? [];
  const alwaysShown = rules[0]?.data.always_shown[object] ?? [];
  const custom = useSuspenseQuery(customFieldsQuery()).data;
  const label = (field: string) =>
    custom.find((f) => f.object === object && `custom.${f.key}` === field)?.label ?? words(field);
  const mayChange = useMe().permissions.role?.update === "all";
  const set = useSet();
  return (
    <AdminPage
      title="Field access"
      text="What a role hides is in no list, search, history, import or answer of an agent. Of several roles that somebody has, the widest wins. Names, owners, stages and what a record belongs to always show."
    >
      <TabRow label="Objects" className="h-10 border-b border-line">
        {FIELD_OBJECTS.map((o) => (
          <Link
            key={o}
            to="/admin/field-access"
            search={o === "opportunity" ? {} : { object: o }}
            replace
            aria-current={o === object ? "page" : undefined}
            className={tabClass(o === object)}
          >
            {PLURAL[o]}
          </Link>
        ))}
      </TabRow>
      <div className="scroll-thin overflow-x-auto">
        <table className="w-full min-w-[640px] text-cell [&_td]:border-b [&_td]:border-line [&_td]:py-1.5 [&_td]:pr-3">
          <thead>
            <tr className="h-8 border-b border-line text-left text-meta text-fg-3">
              <th scope="col" className={cn("pr-3 font-medium", PINNED)}>
                Field
              </th>
              {roles.map((r) => (
                <th key={r.id} scope="col" className="pr-3 font-medium">
                  {r.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <tr key={field}>
                <th scope="row" className={cn("border-b border-line pr-3 text-left font-medium text-fg", PINNED)}>
                  {label(field)}
                </th>
                {roles.map((role, at) => {
                  const level = rules[at]?.data.fields[object]?.[field];
                  return (
                    <td key={role.id}>
                      <Select
                        aria-label={`${label(field)} for ${role.name}`}
                        value={level ?? "full"}
                        disabled={!mayChange || set.isPending}
                        className={cn(
                          "w-28",
                          level === "hidden" && "text-bad-text",
                          level === "read_only" && "text-warn-text",
                        )}
                        onChange={(e) => {
                          const next = e.target.value === "full" ? null : (e.target.value as FieldLevel);
                          set.mutate({ role: role.id, object, field, level: next });
                        }}
                      >
                        <option value="full">Full</option>
                        <option value="read_only">Read only</option>
                        {!alwaysShown.includes(field) && <option value="hidden">Hidden</option>}
                      </Select>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </AdminPage>
  );
}
