import { useQuery } from "@tanstack/react-query";
import { BookmarkPlus, Ellipsis, PencilLine, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { patch, post, remove } from "@/api/client";
import type { Import, ImportTemplate } from "@/api/types";
import { NameDialog } from "@/components/crm/name-dialog";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { OBJECTS, templatesQuery } from "./queries";
import { useTemplateChange } from "./use-template-change";

/** By what the columns are mapped: suggestions, what was done last time, or a template; and how it becomes one. */
export function TemplatePick({ item, onPick }: { item: Import; onPick: (id: string | null) => void }) {
  const templates = useQuery(templatesQuery()).data ?? [];
  const by = item.mapped_by;
  const chosen = by?.kind === "template" ? templates.find((t) => t.id === by.id) : undefined;
  const [asking, setAsking] = useState<"new" | "rename" | "delete" | null>(null);
  const change = useTemplateChange();
  return (
    <div className="flex items-end gap-1">
      <Field label="Mapped by" className="w-56">
        {(w) => (
          <Select
            {...w}
            value={by ? (by.kind === "template" ? by.id : "before") : ""}
            onChange={(e) => onPick(e.target.value || null)}
          >
            <option value="">Suggestions</option>
            {by?.kind === "import" && (
              <option value="before" disabled>
                The last import: {by.name}
              </option>
            )}
            {templates.map((t) => (
              <option key={t.id} value={t.id}>
                {t.name} ({OBJECTS.find((o) => o.id === t.object)?.plural})
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Menu
        trigger={
          <Button variant="quiet" size="icon" aria-label="Templates">
            <Ellipsis />
          </Button>
        }
        items={[
          { label: "Save as a template…", icon: <BookmarkPlus />, run: () => setAsking("new") },
          ...(chosen?.may_update ? ofTemplate(chosen, item, change, setAsking) : []),
        ]}
      />
      {asking === "new" && (
        <NameDialog
          title="Save as a template"
          hint="Everyone who imports can use it. Files with these columns are mapped by it at once."
          save={async (name) => {
            const { data } = await post("/import-templates", { body: { name, import_id: item.id } });
            onPick(data.id);
          }}
          refresh={["imports"]}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "rename" && chosen && (
        <NameDialog
          title="Rename the template"
          name={chosen.name}
          save={(name) =>
            patch("/import-templates/{id}", { path: { id: chosen.id }, body: { name }, ifMatch: chosen.version })
          }
          refresh={["imports"]}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "delete" && chosen && (
        <Confirm
          title={`Delete “${chosen.name}”?`}
          description="Imports that were mapped by it stay as they are."
          verb="Delete template"
          doing="Deleting"
          pending={change.isPending}
          onConfirm={() =>
            change.mutate(
              {
                send: () => remove("/import-templates/{id}", { path: { id: chosen.id }, ifMatch: chosen.version }),
                said: `${chosen.name} is deleted`,
              },
              { onSuccess: () => onPick(null), onSettled: () => setAsking(null) },
            )
          }
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

function ofTemplate(
  { id, name, version }: ImportTemplate,
  item: Import,
  change: ReturnType<typeof useTemplateChange>,
  ask: (what: "rename" | "delete") => void,
): MenuEntry[] {
  const keep = () => patch("/import-templates/{id}", { path: { id }, body: { import_id: item.id }, ifMatch: version });
  return [
    {
      label: `Keep this mapping in ${name}`,
      icon: <RefreshCw />,
      run: () => change.mutate({ send: keep, said: `${name} maps files this way now` }),
    },
    { label: "Rename…", icon: <PencilLine />, run: () => ask("rename") },
    { label: "Delete…", icon: <Trash2 />, bad: true, run: () => ask("delete") },
  ];
}
