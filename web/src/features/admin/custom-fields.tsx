import { useSuspenseQuery } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Ellipsis, Pencil, Plus, Replace } from "lucide-react";
import { useState } from "react";
import { patch, post } from "@/api/client";
import { customFieldsQuery, useMay } from "@/api/shared";
import type { CustomField } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { SortableList } from "@/components/ui/sortable";
import { Card } from "@/components/ui/states";
import { CustomFieldForm, KINDS } from "./custom-field-form";
import { FieldTypeDialog } from "./field-type-dialog";
import { AdminPage } from "./layout";
import { useSave } from "./use-save";

type Owner = CustomField["object"];
const OBJECTS: [Owner, string][] = [
  ["opportunity", "Opportunities"],
  ["account", "Accounts"],
  ["contact", "Contacts"],
  ["lead", "Leads"],
];

export function CustomFields() {
  // While an index is built its state is asked for again and again.
  const fields = useSuspenseQuery({
    ...customFieldsQuery(),
    refetchInterval: (query) => (query.state.data?.some((f) => f.index === "building") ? 2_000 : false),
  }).data;
  return (
    <AdminPage
      title="Custom fields"
      text="What your records have beside the built-in fields. They are checked on every way in, stand in the history, and stages can ask for them."
    >
      {OBJECTS.map(([object, label]) => (
        <ObjectFields
          key={object}
          object={object}
          label={label}
          fields={fields.filter((f) => f.object === object).sort((a, b) => a.position - b.position)}
        />
      ))}
    </AdminPage>
  );
}

function ObjectFields({ object, label, fields }: { object: Owner; label: string; fields: CustomField[] }) {
  const may = useMay("organisation", "update");
  const [open, setOpen] = useState<CustomField | "new" | null>(null);
  const [retyped, setRetyped] = useState<CustomField | null>(null);
  const order = useSave((ids: string[]) => post("/custom-fields/order", { body: { object, ids } }));
  return (
    <Card
      title={label}
      aside={
        may && (
          <Button onClick={() => setOpen("new")} aria-label={`New field of ${label}`}>
            <Plus /> New field
          </Button>
        )
      }
    >
      {fields.length === 0 ? (
        <p className="px-4 py-3 text-cell text-fg-3">No custom fields yet.</p>
      ) : (
        <SortableList
          label={`Fields of ${label}`}
          items={fields.map((f) => ({ ...f, name: f.label }))}
          disabled={!may}
          onOrder={(ids) => order.mutate(ids)}
          row={(field) => (
            <FieldRow field={field} may={may} onEdit={() => setOpen(field)} onType={() => setRetyped(field)} />
          )}
        />
      )}
      {retyped && <FieldTypeDialog field={retyped} onClose={() => setRetyped(null)} />}
      {open && (
        <CustomFieldForm object={object} {...(open === "new" ? {} : { field: open })} onClose={() => setOpen(null)} />
      )}
    </Card>
  );
}

function FieldRow(props: { field: CustomField; may: boolean; onEdit: () => void; onType: () => void }) {
  const { field, may, onEdit } = props;
  const archive = useSave(
    (archived: boolean) =>
      patch("/custom-fields/{id}", { path: { id: field.id }, body: { archived }, ifMatch: field.version }),
    (archived) => (archived ? `Archived ${field.label}` : `Restored ${field.label}`),
  );
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2 py-1.5 pl-2">
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-1.5">
          <span className="truncate font-medium text-fg">{field.label}</span>
          {field.required && <Badge>Required</Badge>}
          {field.index === "ready" && <Badge kind="outline">Quick</Badge>}
          {field.index === "building" && <Badge kind="outline">Indexing</Badge>}
          {field.archived && <Badge kind="outline">Archived</Badge>}
        </span>
        <span className="block truncate text-meta text-fg-3">
          {KINDS[field.kind]} · <code className="font-mono">{field.key}</code>
          {field.section ? ` · ${field.section}` : ""}
        </span>
      </span>
      {may && (
        <Menu
          align="end"
          trigger={
            <Button variant="quiet" size="icon" aria-label={`More for ${field.label}`}>
              <Ellipsis />
            </Button>
          }
          items={[
            { label: "Edit", icon: <Pencil />, run: onEdit },
            ...(field.kind === "formula" ? [] : [{ label: "Change type", icon: <Replace />, run: props.onType }]),
            field.archived
              ? { label: "Restore", icon: <ArchiveRestore />, run: () => archive.mutate(false) }
              : { label: "Archive", icon: <Archive />, run: () => archive.mutate(true) },
          ]}
        />
      )}
    </div>
  );
}
