import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { patch } from "@/api/client";
import { isApiError } from "@/api/problem";
import type { Passkey } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { Alert } from "./notice";
import { passkeysQuery } from "./queries";

export function RenamePasskey({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const client = useQueryClient();
  const form = useForm({ defaultValues: { name: passkey.name } });
  const { errors, isSubmitting } = form.formState;
  const submit = async ({ name }: { name: string }) => {
    const refresh = () => client.invalidateQueries({ queryKey: passkeysQuery().queryKey });
    try {
      await patch("/me/passkeys/{id}", { path: { id: passkey.id }, body: { name }, ifMatch: passkey.version });
      await refresh();
      onClose();
    } catch (error) {
      if (isApiError(error, "version_conflict")) await refresh();
      landErrors<{ name: string }>(error, ["name"], form.setError);
    }
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Rename the passkey"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="passkey" variant="primary" busy={isSubmitting && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form
        id="passkey"
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.stopPropagation();
          void form.handleSubmit(submit)(e);
        }}
      >
        {errors.root && <Alert>{errors.root.message}</Alert>}
        <Field label="Name" hint="Such as the device that it is on." error={errors.name?.message}>
          {(w) => <Input {...w} {...form.register("name")} maxLength={60} autoFocus />}
        </Field>
      </form>
    </Overlay>
  );
}
