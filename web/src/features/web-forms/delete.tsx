import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { WebForm } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { failed, told } from "@/components/ui/toast";
import { webFormsQuery } from "./queries";

export function DeleteForm({ form }: { form: WebForm }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const gone = useMutation({
    mutationFn: () => remove("/web-forms/{id}", { path: { id: form.id }, ifMatch: form.version }),
    onSuccess: async () => {
      await navigate({ to: "/admin/web-forms" });
      await client.invalidateQueries({ queryKey: webFormsQuery().queryKey });
      told(`“${form.title}” is deleted`);
    },
    onError: (error) => failed("The form was not deleted", sentence(error)),
  });
  return (
    <>
      <Button type="button" variant="quietDanger" className="ml-auto" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && (
        <Confirm
          title={`Delete “${form.title}”?`}
          description="Its page is gone, and so is what waits for a decision. Its leads stay. To keep it for later, close it instead."
          verb="Delete form"
          doing="Deleting"
          pending={gone.isPending}
          onConfirm={() => gone.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
