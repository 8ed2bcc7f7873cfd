import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Copy, Ellipsis, Pencil, Plus, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { Role } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { failed, told } from "@/components/ui/toast";
import { number } from "@/lib/format";
import { peopleChanged } from "./queries";
import { DeleteRole } from "./role-delete";
import { RoleForm, type RoleAsked } from "./role-form";

export function RoleHead({ role, roles }: { role: Role; roles: Role[] }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<RoleAsked | "delete" | null>(null);
  const may = { create: useMay("role", "create"), update: useMay("role", "update"), remove: useMay("role", "delete") };
  const reset = useMutation({
    mutationFn: () => post("/roles/{id}/reset", { path: { id: role.id }, body: { version: role.version } }),
    onSuccess: async () => {
      await peopleChanged(client);
      told(`${role.name} grants what it did at first`);
    },
    onError: (error) => failed("The role was not reset", sentence(error)),
  });
  const show = (id?: string) => void navigate({ to: "/admin/roles", search: id ? { role: id } : {}, replace: true });
  const items: MenuEntry[] = [
    ...(may.update
      ? [{ label: "Rename and describe", icon: <Pencil />, run: () => setAsked({ kind: "rename", role }) }]
      : []),
    ...(may.update && role.builtin && !role.administrator
      ? [{ label: "Reset to what it was at first", icon: <RotateCcw />, run: () => reset.mutate() }]
      : []),
    ...(may.remove && !role.builtin
      ? (["line", { label: "Delete", icon: <Trash2 />, bad: true, run: () => setAsked("delete") }] as const)
      : []),
  ];
  return (
    <div className="flex flex-wrap items-start gap-2 px-4 pt-4 pb-2 md:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <h1 className="flex items-center gap-2 text-title text-fg">
          {role.name} {role.builtin && <Badge kind="outline">Built in</Badge>}
        </h1>
        <p className="text-cell text-fg-3">
          {role.description ? `${role.description} ` : ""}
          <Link to="/admin/people" search={{ role: role.id, show: "all" }} className="text-accent-text underline">
            {role.holders === 1 ? "1 person holds" : `${number(role.holders)} people hold`} it
          </Link>
          . Agents never get more than the person they act for.
        </p>
      </div>
      {may.create && (
        <>
          <Button onClick={() => setAsked({ kind: "new", copy: role })}>
            <Copy /> Duplicate
          </Button>
          <Button onClick={() => setAsked({ kind: "new", copy: null })}>
            <Plus /> New role
          </Button>
        </>
      )}
      {items.length > 0 && (
        <Menu
          align="end"
          trigger={
            <Button variant="quiet" size="icon" aria-label={`Actions for ${role.name}`}>
              <Ellipsis />
            </Button>
          }
          items={items}
        />
      )}
      {asked === "delete" && (
        <DeleteRole role={role} roles={roles} onGone={() => show()} onClose={() => setAsked(null)} />
      )}
      {asked !== null && asked !== "delete" && <RoleForm asked={asked} onMade={show} onClose={() => setAsked(null)} />}
    </div>
  );
}
