import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { remove } from "@/api/client";
import type { WebForm } from "@/api/types";
import { DeleteButton } from "@/components/crm/delete-button";
import { webFormsQuery } from "./queries";

export function DeleteForm({ form }: { form: WebForm }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <DeleteButton
      noun="form"
      name={form.title}
      description="Its page is gone, and so is what waits for a decision. Its leads stay. To keep it for later, close it instead."
      run={() => remove("/web-forms/{id}", { path: { id: form.id }, ifMatch: form.version })}
      leave={async () => {
        await navigate({ to: "/admin/web-forms" });
        await client.invalidateQueries({ queryKey: webFormsQuery().queryKey });
      }}
    />
  );
}
