import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { z } from "@/lib/zod";
import { patch, post } from "@/api/client";
import { isApiError } from "@/api/problem";
import type { Role } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { peopleChanged } from "./queries";

export type RoleAsked = { kind: "new"; copy: Role | null } | { kind: "rename"; role: Role };

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "Name the role.")),
  description: z.string(),
});
type Values = z.infer<typeof schema>;

/** A new role, empty or as a copy; or another name and description. */
export function RoleForm(props: { asked: RoleAsked; onMade: (id: string) => void; onClose: () => void }) {
  const { asked, onClose } = props;
  const client = useQueryClient();
  const copy = asked.kind === "new" ? asked.copy : null;
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      name: asked.kind === "rename" ? asked.role.name : copy ? `${copy.name}, copy` : "",
      description: asked.kind === "rename" ? asked.role.description : (copy?.description ?? ""),
    },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      const { data } =
        asked.kind === "rename"
          ? await patch("/roles/{id}", { path: { id: asked.role.id }, body: values, ifMatch: asked.role.version })
          : await post("/roles", { body: { ...values, copy_of: copy?.id ?? null } });
      await peopleChanged(client);
      onClose();
      props.onMade(data.id);
      told(asked.kind === "rename" ? `${data.name} changed` : `${data.name} added`);
    } catch (error) {
      if (isApiError(error, "version_conflict")) await peopleChanged(client);
      landErrors(error, Object.keys(values), form.setError);
    }
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={asked.kind === "rename" ? `Rename ${asked.role.name}` : copy ? `Duplicate ${copy.name}` : "New role"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="role" busy={isSubmitting && "Saving"}>
            {asked.kind === "rename" ? "Save changes" : "Add role"}
          </Button>
        </>
      }
    >
      <form id="role" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Field label="Name" required error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} autoFocus />}
        </Field>
        <Field label="Description" error={errors.description?.message} hint="What it is for, in a sentence.">
          {(w) => <Textarea {...w} {...form.register("description")} />}
        </Field>
      </form>
    </Overlay>
  );
}
