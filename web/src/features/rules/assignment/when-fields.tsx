import { useQuery } from "@tanstack/react-query";
import { Controller, useWatch, type UseFormReturn } from "react-hook-form";
import { usersQuery } from "@/api/shared";
import { RefPicker } from "@/components/crm/pickers";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";

interface Part {
  working_hours: boolean;
  fallback_id: string | null;
}

/** Whether only who is at work is chosen, and who when nobody is. */
export function WhenFields<V extends Part>({ form }: { form: UseFormReturn<V> }) {
  const { control } = form as unknown as UseFormReturn<Part>;
  const error = (form as unknown as UseFormReturn<Part>).formState.errors.fallback_id?.message;
  const only = useWatch({ control, name: "working_hours" });
  const people = useQuery(usersQuery()).data ?? [];
  return (
    <div className="flex flex-col gap-3">
      <Controller
        control={control}
        name="working_hours"
        render={({ field }) => (
          <label className="flex min-h-6 items-center gap-2 text-cell text-fg max-md:min-h-11">
            <Checkbox checked={field.value} onCheckedChange={(on) => field.onChange(on === true)} />
            Only who is at work
          </label>
        )}
      />
      {only && (
        <Controller
          control={control}
          name="fallback_id"
          render={({ field }) => (
            <Field
              label="When nobody is at work"
              error={error}
              hint="Without a name it goes to whoever begins next."
              className="max-w-sm"
            >
              {(w) => (
                <RefPicker
                  id={w.id}
                  kind="user"
                  placeholder="Whoever begins next"
                  value={
                    field.value
                      ? { id: field.value, name: people.find((u) => u.id === field.value)?.name ?? "…" }
                      : null
                  }
                  onChange={(ref) => field.onChange(ref?.id ?? null)}
                />
              )}
            </Field>
          )}
        />
      )}
    </div>
  );
}
