import { useQueryClient } from "@tanstack/react-query";
import { Controller, useForm } from "react-hook-form";
import { patch } from "@/api/client";
import type { MailPolicy } from "@/api/types";
import { landErrors } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { told } from "@/components/ui/toast";
import { mailPolicyQuery } from "./queries";

interface Values {
  mailboxes: boolean;
  never: string;
  drop_address: string;
}

export function PolicyForm({ policy }: { policy: MailPolicy }) {
  const client = useQueryClient();
  const form = useForm<Values>({
    defaultValues: {
      mailboxes: policy.mailboxes,
      never: policy.never.join("\n"),
      drop_address: policy.drop_address ?? "",
    },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    const body = {
      mailboxes: values.mailboxes,
      never: values.never.split(/[\s,;]+/).filter((n) => n !== ""),
      drop_address: values.drop_address.trim() || null,
    };
    try {
      await patch("/mail-policy", { body, ifMatch: policy.version });
      await client.invalidateQueries({ queryKey: mailPolicyQuery().queryKey });
      told("E-mail settings saved");
    } catch (error) {
      landErrors(error, ["never", "drop_address"], form.setError);
    }
  });
  return (
    <Card title="What is allowed">
      <form noValidate className="flex flex-col gap-4 p-4" onSubmit={(e) => void submit(e)}>
        {errors.root && (
          <p role="alert" className="text-cell text-bad-text">
            {errors.root.message}
          </p>
        )}
        <Controller
          control={form.control}
          name="mailboxes"
          render={({ field }) => (
            <label className="flex items-center gap-2 text-cell text-fg">
              <Checkbox checked={field.value} onCheckedChange={(on) => field.onChange(on === true)} />
              People may connect their mailboxes
            </label>
          )}
        />
        <Field
          label="Never store messages with"
          error={errors.never?.message}
          hint="Addresses and domains, one a line: for all mailboxes."
        >
          {(w) => <Textarea {...w} {...form.register("never")} rows={3} />}
        </Field>
        <Field
          label="Address for copies"
          error={errors.drop_address?.message}
          hint="Each person gets one of their own: crm+word@. It is set when the drop mailbox is connected."
        >
          {(w) => <Input {...w} {...form.register("drop_address")} placeholder="crm@example.com" />}
        </Field>
        <div>
          <Button variant="primary" type="submit" busy={isSubmitting && "Saving"}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}
