import { useSuspenseQuery } from "@tanstack/react-query";
import { Plus, SquareCheck } from "lucide-react";
import { useState } from "react";
import { patch, remove } from "@/api/client";
import { useMay } from "@/api/shared";
import type { TaskTemplate } from "@/api/types";
import { taskTemplatesQuery } from "@/components/crm/task-query";
import { repeatWords } from "@/components/crm/tasks/repeat";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { plural } from "@/lib/format";
import { EntryMenu } from "./entry-menu";
import { AdminPage, PlainTable } from "./layout";
import { TaskTemplateForm } from "./task-template-form";
import { useSave } from "./use-save";

export function TaskTemplates() {
  const templates = useSuspenseQuery(taskTemplatesQuery()).data;
  const may = useMay("pipeline", "update");
  const [open, setOpen] = useState<TaskTemplate | "new" | null>(null);
  return (
    <AdminPage
      title="Task templates"
      text="What is done again and again: whoever adds a task can begin from one, with its steps and its day."
      aside={
        may && (
          <Button variant="primary" onClick={() => setOpen("new")}>
            <Plus /> New template
          </Button>
        )
      }
    >
      {templates.length === 0 ? (
        <Empty icon={SquareCheck} title="No templates yet">
          A follow-up call, the hand-over to the project, the yearly review: what your team does each time.
        </Empty>
      ) : (
        <PlainTable
          heads={[
            { label: "Template" },
            { label: "Task" },
            { label: "Due" },
            { label: "Steps", right: true },
            { label: "" },
          ]}
        >
          {templates.map((t) => (
            <TemplateRow key={t.id} template={t} may={may} onEdit={() => setOpen(t)} />
          ))}
        </PlainTable>
      )}
      {open && <TaskTemplateForm {...(open === "new" ? {} : { template: open })} onClose={() => setOpen(null)} />}
    </AdminPage>
  );
}

function due(t: TaskTemplate): string {
  if (typeof t.due_in_days !== "number") return "no date";
  if (t.due_in_days === 0) return "the same day";
  return `in ${plural(t.due_in_days, t.working_days ? "working day" : "day")}`;
}

function TemplateRow(props: { template: TaskTemplate; may: boolean; onEdit: () => void }) {
  const { template } = props;
  const path = { id: template.id };
  const archive = useSave((archived: boolean) =>
    patch("/task-templates/{id}", { path, body: { archived }, ifMatch: template.version }),
  );
  const drop = useSave(
    () => remove("/task-templates/{id}", { path, ifMatch: template.version }),
    `Deleted ${template.name}`,
  );
  return (
    <tr>
      <td className="font-medium text-fg">
        {template.name} {template.archived && <Badge kind="outline">Archived</Badge>}
      </td>
      <td>{template.title}</td>
      <td>
        {due(template)}
        {template.recurrence && <span className="text-fg-3"> · {repeatWords(template.recurrence)}</span>}
      </td>
      <td className="text-right tnum">{template.checklist.length}</td>
      <td className="text-right whitespace-nowrap">
        {props.may && (
          <EntryMenu
            name={template.name}
            archived={template.archived}
            onEdit={props.onEdit}
            onArchive={(archived) => archive.mutate(archived)}
            onDelete={() => drop.mutate(undefined)}
          />
        )}
      </td>
    </tr>
  );
}
