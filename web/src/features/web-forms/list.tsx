import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FileInput, Plus } from "lucide-react";
import { patch } from "@/api/client";
import { sentence } from "@/api/problem";
import type { WebForm } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Empty } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { plural } from "@/lib/format";
import { webFormsQuery } from "./queries";

export function WebForms() {
  const forms = useSuspenseQuery(webFormsQuery()).data;
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Web forms</h1>
          <p className="text-cell text-fg-3">
            Public pages by which people become leads, alone or in a frame on your site. Assignment rules choose whose.
          </p>
        </div>
        <Button variant="primary" asChild>
          <Link to="/admin/web-forms/$id" params={{ id: "new" }}>
            <Plus /> New form
          </Link>
        </Button>
      </header>
      {forms.length === 0 ? (
        <Empty icon={FileInput} title="No forms yet">
          For instance: a contact form with name, e-mail address and a message.
        </Empty>
      ) : (
        <ul aria-label="Web forms">
          {forms.map((form) => (
            <Row key={form.id} form={form} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ form }: { form: WebForm }) {
  const client = useQueryClient();
  const toggle = useMutation({
    mutationFn: (active: boolean) =>
      patch("/web-forms/{id}", { path: { id: form.id }, ifMatch: form.version, body: { active } }),
    onSuccess: ({ data }) => told(data.active ? `“${data.title}” is open` : `“${data.title}” is closed`),
    onError: (error) => failed("The form was not changed", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: webFormsQuery().queryKey }),
  });
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 text-cell">
      <label className="flex min-h-6 items-center gap-2 text-meta text-fg-3 max-md:min-h-11">
        <Checkbox
          checked={form.active}
          disabled={toggle.isPending}
          aria-label={`${form.title} is open`}
          onCheckedChange={(checked) => toggle.mutate(checked === true)}
        />
        <span aria-hidden className="w-12">
          {form.active ? "Open" : "Closed"}
        </span>
      </label>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            to="/admin/web-forms/$id"
            params={{ id: form.id }}
            className="font-medium text-fg underline-offset-2 hover:underline"
          >
            {form.title}
          </Link>
          {form.waiting > 0 && <Badge kind="warn">{form.waiting} to decide</Badge>}
        </p>
        <p className="text-meta text-fg-3">{plural(form.fields.length, "field")}</p>
      </div>
    </li>
  );
}
