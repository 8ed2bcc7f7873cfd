import { Controller, type UseFormReturn } from "react-hook-form";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import type { Values } from "./values";

export function StoredFields({ form, ofOrganisation }: { form: UseFormReturn<Values>; ofOrganisation: boolean }) {
  const { errors } = form.formState;
  return (
    <>
      <Field label="Messages from this day on" required error={errors.since?.message}>
        {(w) => <Input {...w} {...form.register("since")} type="date" className="sm:w-48" />}
      </Field>
      {!ofOrganisation && (
        <>
          <Controller
            control={form.control}
            name="private"
            render={({ field }) => (
              <label className="flex items-start gap-2 text-cell text-fg">
                <Checkbox
                  className="mt-0.5"
                  checked={field.value}
                  onCheckedChange={(on) => field.onChange(on === true)}
                />
                <span>
                  Store messages for me alone
                  <span className="block text-meta text-fg-3">
                    Otherwise whoever sees the contact reads them. You can change it for each message.
                  </span>
                </span>
              </label>
            )}
          />
          <Field
            label="Never store messages with"
            error={errors.never?.message}
            hint="Addresses and domains, one a line. Messages among colleagues are left out anyway."
          >
            {(w) => <Textarea {...w} {...form.register("never")} rows={2} placeholder="doctor.example.com" />}
          </Field>
        </>
      )}
    </>
  );
}
